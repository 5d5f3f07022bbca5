import { expect, test } from '@jest/globals'
import { runChat } from '../../src/interfaces/cli/local/chat.ts'
import { localClient, type OperationsClient } from '../../src/operations/client.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { fakeTerminal, type FakeTerminal } from '../support/terminal.ts'

const setUp = (options: Parameters<typeof fakeTerminal>[0]) => {
  const parts = new OperationRig()
  const runner = parts.runner()
  const client: OperationsClient = localClient(runner, () => Promise.resolve())
  const terminal: FakeTerminal = fakeTerminal(options)
  const chat = (part: { as?: string; json?: boolean; signal?: AbortSignal } = {}): Promise<number> =>
    runChat({ ...terminal, client, json: false, ...part })
  return { parts, terminal, chat }
}

test('the lines of a pipe are said one after the other, and only the replies are printed', async () => {
  const { parts, terminal, chat } = setUp({ stdin: 'one\n\n  two  \nthree' })
  const order: string[] = []
  parts.chats.answer = async ({ text }) => {
    order.push(`heard ${text}`)
    await new Promise(resolve => setImmediate(resolve))
    order.push(`answered ${text}`)
    return [`re: ${text}`, 'second line\nthird line']
  }
  await expect(chat()).resolves.toBe(0)
  expect(order).toEqual(['one', 'two', 'three'].flatMap(each => [`heard ${each}`, `answered ${each}`]))
  expect(terminal.out()).toBe(['one', 'two', 'three'].map(each => `re: ${each}\nsecond line\nthird line\n`).join(''))
  expect(terminal.err()).toBe('')
})

test('an empty pipe is the end', async () => {
  const { parts, terminal, chat } = setUp({ stdin: '' })
  await expect(chat()).resolves.toBe(0)
  expect([terminal.out(), parts.chats.said]).toEqual(['', []])
})

test('lines of Windows and of every script arrive as they were written', async () => {
  const { parts, chat } = setUp({ stdin: 'שלום\r\nemoji 👍\r\n' })
  await chat()
  expect(parts.chats.said.map(each => each.text)).toEqual(['שלום', 'emoji 👍'])
})

test('the chat speaks as whoever --as names', async () => {
  const { parts, chat } = setUp({ stdin: 'hi\n' })
  await chat({ as: '+1 555 000 2222' })
  expect(parts.chats.said[0]?.phone).toBe('15550002222')
})

test('with --json each answer is one line', async () => {
  const { terminal, chat } = setUp({ stdin: 'a\nb\n' })
  await chat({ json: true })
  expect(
    terminal
      .out()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
  ).toMatchObject([
    { phone: '10000000000', replies: ['you said: a'] },
    { phone: '10000000000', replies: ['you said: b'] },
  ])
})

test('a line that fails is told on stderr, the next ones go on, and the exit code remembers it', async () => {
  const { parts, terminal, chat } = setUp({ stdin: 'bad\ngood\n' })
  parts.chats.answer = ({ text }) =>
    text === 'bad' ? Promise.reject(new DenidinError('timeout', 'too slow')) : Promise.resolve([`re: ${text}`])
  await expect(chat()).resolves.toBe(1)
  expect(terminal.err()).toBe('denidin: too slow\n')
  expect(terminal.out()).toBe('re: good\n')
})

test('when DeniDin stops, the lines behind are not said', async () => {
  const { parts, terminal, chat } = setUp({ stdin: 'a\nb\nc\n' })
  parts.chats.answer = () => Promise.reject(new DenidinError('stopping', 'DeniDin is stopping'))
  await expect(chat()).resolves.toBe(1)
  expect(parts.chats.said.map(each => each.text)).toEqual(['a'])
  expect(terminal.err()).toBe('denidin: DeniDin is stopping\n')
})

test('a reader who goes away ends the chat without a failure', async () => {
  const { parts, terminal, chat } = setUp({ stdin: 'a\nb\nc\n' })
  parts.chats.answer = () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    ;(terminal.stdout as unknown as { destroy(error: Error): void }).destroy(broken)
    return Promise.resolve(['nobody reads this'])
  }
  await expect(chat()).resolves.toBe(0)
  expect(parts.chats.said.map(each => each.text)).toEqual(['a'])
})

test('a terminal is greeted, prompted, and left with a word that is not said', async () => {
  const { parts, terminal, chat } = setUp({ isTTY: true })
  const done = chat()
  await terminal.shows('> ')
  expect(terminal.out()).toMatch(/^You are talking to DeniDin\. .*leave with \/exit or Ctrl-D\.\n/)
  terminal.stdin.write('hi\n')
  await terminal.shows('you said: hi\n')
  terminal.stdin.write('/exit\n')
  await expect(done).resolves.toBe(0)
  expect(parts.chats.said.map(each => each.text)).toEqual(['hi'])
})

test('Ctrl-D leaves the terminal chat', async () => {
  const { terminal, chat } = setUp({ isTTY: true })
  const done = chat()
  await terminal.shows('> ')
  terminal.stdin.write('\x04')
  await expect(done).resolves.toBe(0)
  expect(terminal.out().endsWith('\n')).toBe(true)
})

test('at a terminal silence is shown as such', async () => {
  const { parts, terminal, chat } = setUp({ isTTY: true })
  parts.chats.answer = () => Promise.resolve([])
  const done = chat()
  terminal.stdin.write('hi\n')
  await terminal.shows('(no reply)\n')
  terminal.stdin.end()
  await expect(done).resolves.toBe(0)
})

test('Ctrl-C leaves at once, though an answer is still awaited', async () => {
  const { parts, terminal, chat } = setUp({ isTTY: true })
  const asked = Promise.withResolvers<undefined>()
  parts.chats.answer = ({ signal }) =>
    new Promise((_, reject) => {
      asked.resolve(undefined)
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  const done = chat()
  await terminal.shows('> ')
  terminal.stdin.write('hi\n')
  await asked.promise
  terminal.stdin.write('\x03')
  await expect(done).resolves.toBe(0)
  expect(terminal.err()).toBe('')
})

test('the caller can end the chat', async () => {
  const { chat } = setUp({})
  const controller = new AbortController()
  const done = chat({ signal: controller.signal })
  controller.abort()
  await expect(done).resolves.toBe(0)
})

test('replies cannot steer the terminal, but pass a pipe unchanged', async () => {
  for (const isTTY of [true, false]) {
    const { parts, terminal, chat } = setUp({ isTTY })
    parts.chats.answer = () => Promise.resolve(['\x1b]0;owned\x07'])
    const done = chat()
    terminal.stdin.write('hi\n')
    await terminal.shows('owned')
    terminal.stdin.end()
    await done
    expect(terminal.out().includes('\x1b]0;')).toBe(!isTTY)
  }
})
