// Who the senders of an exported chat are is asked at a terminal, and nowhere else.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runCli } from '../../src/interfaces/cli/run-cli.ts'
import { OPERATOR } from '../../src/operations/client.ts'
import { TestDenidin } from '../support/denidin.ts'
import { fakeTerminal, nothingExamined, noSetup } from '../support/terminal.ts'

const ANA = '+15550001111'
const GROUP = '120363000000000001@g.us'

let denidin: TestDenidin
let chat: string

beforeEach(async () => {
  denidin = await TestDenidin.start({ time_zone: 'UTC' })
  await denidin.say('hello', { name: 'Ana Levi' })
  chat = join(denidin.folder, 'WhatsApp Chat with DeniDin.txt')
  await write(['Mum', 'My boat is called Marlin'], ['Robot', 'A lovely name!'], ['Mum', 'ok'])
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const write = async (...said: readonly (readonly [sender: string, text: string])[]): Promise<void> => {
  await writeFile(chat, said.map(([sender, text]) => `13/01/2021, 09:00 - ${sender}: ${text}\n`).join(''))
}

/** Runs `denidin ingest` at a terminal where `typed` is typed, or without one. */
const ingest = async (
  typed: string | undefined,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const terminal = fakeTerminal({ stdin: typed ?? '', isTTY: typed !== undefined })
  const { runner } = denidin.app
  const code = await runCli({
    ...terminal,
    argv: ['ingest', chat, ...argv],
    version: 'test',
    clock: denidin.clock,
    connect: async () => ({
      call: (name, input, options = {}) => runner.run(name, input, { caller: OPERATOR, ...options }),
      [Symbol.asyncDispose]: async () => undefined,
    }),
    open: () => Promise.reject(new Error('the bot runs')),
    local: { start_script: '/nowhere', stop_script: '/nowhere', ...noSetup, examine: nothingExamined },
  })
  return { code, out: terminal.out(), err: terminal.err() }
}

test('without a terminal, or where JSON is asked for, the refusal names the options', async () => {
  for (const { code, err } of [
    await ingest(undefined, '--person', ANA),
    await ingest('1\n', '--person', ANA, '--json'),
  ]) {
    expect(code).toBe(2)
    expect(err).toContain('it is not certain who these senders are')
    expect(err).toContain('--me')
    expect(err).toContain('--participant')
    expect(err).not.toContain('Who is')
  }
})

test('in a direct chat one answer settles both senders, and the options for the next time are told', async () => {
  const { code, out, err } = await ingest('1\n', '--person', ANA)
  expect(err).toMatch(
    /Who is "Mum" \(2 messages\)\?\s+1 {2}Ana Levi, \+15550001111\s+2 {2}the bot's own account\s+3 {2}leave/,
  )
  expect(err).not.toContain('Who is "Robot"')
  expect(err).toMatch(/To load it again without questions, add --participant 'Mum=[^']+'/)
  expect([code, out]).toEqual([0, expect.stringContaining('Added 3 messages')])
  await denidin.say('what is my boat called?', { name: 'Ana Levi' })
  expect(denidin.lastRequest()).toContain('Marlin')
})

test('the bot may be named instead, and a sender left out', async () => {
  expect(await ingest('2\n', '--person', ANA, '--dry-run')).toMatchObject({ code: 0 })
  const { out } = await ingest('3\n2\n', '--person', ANA)
  expect(out).toContain('Added 1 message to')
})

test('in a group, close names are offered, a number makes a new person, and all others are left out at once', async () => {
  await write(['Ana L', 'I bring the tent'], ['Zoe', 'I bring the stove'], ['Robot', 'Noted.'], ['X', 'a'], ['Y', 'b'])
  const { code, out, err } = await ingest('1\n+1 555 000 7777\nnonsense\n99\n1\n3\n', '--chat', GROUP)
  expect(err).toMatch(/Who is "Ana L".*\s+1 {2}Ana Levi, \+15550001111/)
  expect(err).toMatch(/or the phone number of a person, known or new/)
  expect(err.match(/Answer with 1 to 3, or a phone number/g)).toHaveLength(2)
  expect([code, out]).toEqual([0, expect.stringContaining('Added 3 messages')])
  const { people } = await denidin.app.runner.run('people.list', {}, { caller: OPERATOR })
  expect(people).toMatchObject([{ name: 'Zoe', phone: '15550007777' }, { name: 'Ana Levi' }])
})

test('who leaves without an answer changes nothing', async () => {
  for (const typed of ['', 'what?\n', 'x\n'.repeat(9)]) {
    const { code, err } = await ingest(typed, '--person', ANA)
    expect([code, err]).toEqual([2, expect.stringContaining('it is not certain who these senders are')])
  }
  expect((await denidin.app.runner.run('ingest.runs', {}, { caller: OPERATOR }))['runs']).toEqual([])
})

test('nothing is asked where everything is certain, or something else is wrong', async () => {
  expect((await ingest('1\n', '--person', ANA, '--me', 'Robot')).err).not.toContain('Who is')
  expect((await ingest('1\n', '--person', ANA, '--phase', '2')).err).not.toContain('Who is')
  await writeFile(chat, 'no chat')
  expect((await ingest('1\n', '--person', ANA)).err).not.toContain('Who is')
})

test('a name with signs of a terminal or a shell is shown harmlessly', async () => {
  await write(["O'Neil\u001b[31m", 'hi'], ['Robot', 'Hi'])
  const { err } = await ingest('1\n', '--person', ANA)
  expect(err).not.toContain('\u001b[31m')
  expect(err).toContain(String.raw`--participant 'O'\''Neil`)
})
