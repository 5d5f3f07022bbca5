// What the operator can ask about a person's memory: the same operations, at a terminal.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runCli } from '../../src/interfaces/cli/run-cli.ts'
import { OPERATOR } from '../../src/operations/client.ts'
import { filesWith } from '../support/data-files.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { fakeTerminal, nothingExamined, noSetup } from '../support/terminal.ts'

const PHONE = '15550001111'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Runs `denidin …` against the running app; resolves with the exit code and everything printed. */
const cli = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
  const terminal = fakeTerminal({ stdin: '' })
  const { runner } = denidin.app
  const code = await runCli({
    ...terminal,
    argv,
    version: 'test',
    clock: denidin.clock,
    connect: () =>
      Promise.resolve({
        call: (name, input, options = {}) => runner.run(name, input, { caller: OPERATOR, ...options }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    open: () => Promise.reject(new Error('the bot runs')),
    local: {
      start_script: '/nowhere',
      stop_script: '/nowhere/stop_denidin.sh',
      ...noSetup,
      examine: nothingExamined,
    },
  })
  return { code, out: terminal.out(), err: terminal.err() }
}

test('remember, about, show, why, forget by number and by id', async () => {
  await denidin.say('hello')
  expect((await cli('memory', 'remember', 'prefers', 'the', 'Pelargonium', 'room', '--person', PHONE)).code).toBe(0)
  const { out } = await cli('memory', 'about', '--person', `+${PHONE}`, '--json')
  const { items } = JSON.parse(out) as { items: readonly { id: string; number: number; text: string }[] }
  expect(items).toMatchObject([{ number: 1, kind: 'memory', by: 'you', text: 'prefers the Pelargonium room' }])
  expect((await cli('memory', 'show', items[0]?.id ?? '')).out).toContain('prefers the Pelargonium room')
  expect((await cli('memory', 'show', 'nothing')).code).toBe(1)
  expect((await cli('memory', 'why', '--person', PHONE)).code).toBe(0)
  const forgotten = await cli('memory', 'forget', items[0]?.id ?? '', '--person', PHONE)
  expect(forgotten.out).toMatch(/outcome\tforgotten[\s\S]*memories\t1\nresidue\t0/)
  expect((await cli('memory', 'forget', '1', '--person', PHONE)).out).toContain('outcome\tnothing')
  expect(await filesWith(denidin.data(), ['Pelargonium'])).toEqual([])
})

test('forgetting everything asks, and --yes answers', async () => {
  await denidin.say('I collect Krugerrands')
  const asked = await cli('memory', 'forget', 'all', '--person', PHONE)
  expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--yes')])
  expect(await filesWith(denidin.data(), ['Krugerrands'])).not.toEqual([])
  const done = await cli('memory', 'forget', 'all', '--person', PHONE, '--yes')
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining('residue\t0') })
  expect(done.out).toContain('messages\t')
  expect(await filesWith(denidin.data(), ['Krugerrands'])).toEqual([])
  const people = await cli('people', 'show', PHONE, '--json')
  expect(JSON.parse(people.out)).toMatchObject({ phone: PHONE, name: null, role: 'client' })
})

test('export writes the file of the person who is named, and says so in the audit log', async () => {
  await denidin.say('I collect Krugerrands')
  await denidin.say('I collect stamps', { phone: '15550002222' })
  const { file } = JSON.parse((await cli('memory', 'export', '--person', PHONE, '--json')).out) as { file: string }
  const text = await readFile(denidin.data(file), 'utf8')
  expect(text).toContain('I collect Krugerrands')
  expect(text).not.toContain('stamps')
  await denidin.close()
  expect(await readFile(join(denidin.folder, 'logs/memory_audit.log'), 'utf8')).toMatch(
    /"operation":"memory.export","by":"operator","whose":"person:/,
  )
})

test('privacy and language of a person', async () => {
  await denidin.say('hello')
  expect((await cli('people', 'privacy', '--person', PHONE)).out).toContain('learning\ton')
  expect((await cli('people', 'privacy', 'off', '--person', PHONE)).out).toContain('learning\toff')
  expect((await cli('people', 'language', 'he', '--person', PHONE)).out).toContain('language\the')
  expect(await denidin.say('/privacy')).toContain('הלמידה כבויה')
  expect((await cli('people', 'language', 'xx', '--person', PHONE)).code).toBe(2)
})

test('without a name the terminal’s own person is meant, and nobody else names others', async () => {
  await denidin.say('hello', { phone: GODFATHER })
  await cli('memory', 'remember', 'my', 'boat', 'is', 'called', 'Marlin')
  expect(await denidin.say('/memory', { phone: GODFATHER })).toContain('my boat is called Marlin')
  const person = await denidin.app.people.lookUp(GODFATHER)
  if (person === undefined) throw new Error('the godfather has written')
  const { person_id } = person
  const chat = { chat_id: `${GODFATHER}@c.us`, scope: `person:${person_id}` } as const
  for (const name of ['memory.about', 'memory.export', 'memory.why', 'people.privacy']) {
    const caller = { transport: 'chat', level: 'godfather', person, chat } as const
    await expect(denidin.app.runner.run(name, { person: PHONE }, { caller })).rejects.toMatchObject({
      code: 'forbidden',
    })
  }
})
