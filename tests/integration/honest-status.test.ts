import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { operations } from '../../src/operations/list.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { embed, facts, failure, hangUp, json, malformed, reply, type Answer } from '../support/model-server.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

interface Part {
  readonly name: string
  readonly state: string
  readonly detail: string
}

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const partOf = async (name: string): Promise<Part | undefined> => {
  const { parts } = (await denidin.app.runner.run('health', {}, { caller: OPERATOR })) as { parts: Part[] }
  return parts.find(each => each.name === name)
}

const exitReason = async (): Promise<string | undefined> =>
  operations.status.failure?.((await denidin.app.runner.run('status', {}, { caller: OPERATOR })) as never)

test('a model that was not asked yet is not called well', async () => {
  denidin = await TestDenidin.start()
  expect(await partOf('language model')).toMatchObject({
    state: 'unknown',
    detail: expect.stringContaining('not been asked'),
  })
  expect(await exitReason()).toBeUndefined()
  await denidin.say('hello')
  expect(await partOf('language model')).toMatchObject({ state: 'ok', detail: expect.stringContaining('answers') })
})

const TROUBLES: readonly (readonly [string, Answer, RegExp])[] = [
  ['a wrong key', failure(401, { code: 'invalid_api_key' }), /key.*401/],
  ['a key without rights', failure(403), /key.*403/],
  ['an unknown model', failure(404, { code: 'model_not_found' }), /model.*404/],
  ['an account without credit', failure(429, { code: 'insufficient_quota' }), /insufficient_quota/],
  ['an unpaid account', failure(402), /402/],
  ['a broken service', failure(500), /500/],
  ['a service that is overloaded', failure(529), /529/],
  ['an error inside a good answer', json({ error: { code: 429, message: 'quota' } }), /./],
  ['an answer that is no JSON', malformed(), /JSON/],
  ['a connection that breaks', hangUp(), /reached/],
]

test.each(TROUBLES)('%s makes the language model down with its reason, until it answers', async (_, answer, reason) => {
  denidin = await TestDenidin.start()
  await denidin.say('hello')
  denidin.models.always('completion', answer)
  await denidin.say('are you there?')
  const part = await partOf('language model')
  expect(part).toMatchObject({ state: 'down' })
  expect(part?.detail).toMatch(reason)
  // One plain sentence, and since when.
  expect(part?.detail).toMatch(/^scripted at 127\.0\.0\.1:\d+ gives no answer: .+\. Since .+\.$/)
  expect(await exitReason()).toBe('not well: language model down')
  denidin.models.always('completion', reply('Yes.'))
  await denidin.say('and now?')
  expect(await partOf('language model')).toMatchObject({ state: 'ok' })
  expect(await exitReason()).toBeUndefined()
})

test('a refused embedding makes the embedding model down, and only that', async () => {
  denidin = await TestDenidin.start()
  denidin.models.always('embedding', failure(401))
  await denidin.say('/remember my boat is called Marlin')
  await denidin.app.memory.whenIdle()
  expect(await partOf('embedding model')).toMatchObject({ state: 'down', detail: expect.stringContaining('401') })
  expect(await partOf('language model')).toMatchObject({ state: 'unknown' })
  denidin.models.always('embedding', embed())
  await denidin.say('/remember my dog is called Rex')
  await denidin.app.memory.whenIdle()
  expect(await partOf('embedding model')).toMatchObject({ state: 'ok' })
})

test.each([
  [
    'hello',
    failure(429, { code: 'insufficient_quota' }),
    /no credit left.*nothing that you did/,
    /no credit left.*once you have added some/,
  ],
  ['שלום לך', failure(402), /נגמרה היתרה/, /נגמרה היתרה/],
  ['hello', failure(401, { code: 'invalid_api_key' }), /refuses to work.*administrator/, /refuses.*denidin doctor/],
  ['hello', failure(404), /refuses to work.*administrator/, /refuses to work.*denidin doctor/],
  ['hello', failure(500), /does not respond.*try again/, /does not respond.*try again/],
])(
  'whoever writes "%s" reads what is true, and only the administrator reads the reason',
  async (text, answer, says, saysToAdministrator) => {
    denidin = await TestDenidin.start()
    denidin.models.always('completion', answer)
    const forPerson = await denidin.say(text)
    expect(forPerson).toMatch(says)
    expect(forPerson).not.toMatch(/127\.0\.0\.1|\d{3}/)
    const forAdministrator = await denidin.say(text, { phone: GODFATHER })
    expect(forAdministrator).toMatch(saysToAdministrator)
    expect(forAdministrator).not.toMatch(/administrator|המנהל/)
    expect(forAdministrator).toMatch(/(?:reason|הסיבה): .*127\.0\.0\.1.*\d{3}/)
  },
)

test('learning that falls back to the rules says so, until a model gives the facts', async () => {
  denidin = await TestDenidin.start()
  expect(await partOf('learning')).toMatchObject({ state: 'unknown' })
  denidin.models.always('extraction', failure(401))
  await denidin.say('My dog is called Rex and fears thunder')
  await denidin.say('/reset')
  expect(await partOf('learning')).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^Rules find the facts, and miss many, .*401.*Since /),
  })
  denidin.models.always('extraction', facts())
  await denidin.say('My cat is called Tom and likes fish')
  await denidin.say('/reset')
  expect(await partOf('learning')).toMatchObject({ state: 'ok' })
})

test('the reason is that of the chosen model, not of the one that is asked in its place', async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: true, enable_ollama: true } })
  denidin.models.always('extraction', failure(402))
  for (const said of ['My dog is called Rex and fears thunder', 'My cat is called Tom and likes fish']) {
    await denidin.say(said)
    await denidin.say('/reset')
    expect((await partOf('learning'))?.detail).toMatch(/because no model gives them: .*402/)
  }
})

test('a first backup that fails shows with its reason, until one succeeds', async () => {
  denidin = await TestDenidin.start()
  const folder = denidin.settings().backup.folder ?? denidin.data('../data-backups')
  expect(await partOf('backups')).toMatchObject({ state: 'unknown' })
  writeFileSync(folder, 'a file')
  const create = (): Promise<unknown> => denidin.app.runner.run('backup.create', { type: 'full' }, { caller: OPERATOR })
  await expect(create()).rejects.toThrow('not a folder')
  expect(await partOf('backups')).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^There is no backup, and the last attempt failed: .*is not a folder/),
  })
  rmSync(folder)
  await create()
  expect(await partOf('backups')).toMatchObject({ state: 'unknown', detail: expect.stringMatching(/^The newest is/) })
})

test('the room on the disk is a component', async () => {
  denidin = await TestDenidin.start()
  expect(await partOf('disk')).toMatchObject({ detail: expect.stringContaining('MB are free') })
})
