/** From summaries of sessions (v1) to facts (v2) through the whole app: every summary once, none lost, resumed after a stop. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import { TestDenidin } from '../support/denidin.ts'
import { facts, failure, reply } from '../support/model-server.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const ANA = '+15550001111'
const DAY_MS = 86_400_000

/** Rules extract the facts, so that no model is needed for them; summaries come from the scripted model. */
const flags = (use_schema_v2: boolean, more: Readonly<Record<string, boolean>> = {}) => ({
  feature_flags: { use_schema_v2, enable_llm_entity_extraction: false, ...more },
  time_zone: 'UTC',
})

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start(flags(false))
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

type Report = Readonly<Record<string, unknown>>

const run = async (name: string, input: object = {}): Promise<Report> =>
  await denidin.app.runner.run(name, input, { caller: operator, confirmed: true })

const kindsOf = async (person = ANA): Promise<readonly string[]> => {
  const { memories } = await run('memory.list', { person })
  return (memories as { kind: string }[]).map(({ kind }) => kind).sort()
}

/** One session under v1, ended and summarised. */
const session = async (text: string, summary: string, phone?: string): Promise<void> => {
  denidin.models.always('completion', reply(summary))
  await denidin.say(text, phone === undefined ? {} : { phone })
  denidin.clock.forward(DAY_MS)
  await run('session.sweep')
}

test.each([
  ['running', 'interrupted'],
  ['interrupted', 'interrupted'],
  ['failed', 'failed'],
])('a run of which nothing is left but its end (%s) is verified and ended by the next one', async (left, recorded) => {
  await session('My dog is called Rex', '- The dog is called Rex')
  await denidin.restart(flags(true))
  await run('migrate.run')
  await denidin.close()
  {
    using database = new DatabaseSync(denidin.data('denidin.db'))
    database.prepare('update memory_schema_migrations set status = ?, completed_at = null').run(left)
  }
  await denidin.restart(flags(true))
  expect(await run('migrate.run', { dry_run: true })).toMatchObject({
    migration_needed: true,
    stats: { preview: true },
  })
  expect(await run('migrate.run')).toMatchObject({
    success: true,
    migration_needed: true,
    stats: { migrated: 0, facts: 0 },
    verified: expect.arrayContaining([{ kind: 'fact', before: 1, after: 1, lost: 0 }]),
  })
  const { migration_history } = await run('migrate.memory')
  expect((migration_history as { status: string }[]).map(({ status }) => status)).toEqual(['completed', recorded])
  expect(await run('migrate.run')).toMatchObject({ migration_needed: false, stats: { reason: 'already_v2' } })
})

test('a session that ended under v1 becomes facts; its summary stays until that is confirmed', async () => {
  await session('My dog is called Rex', '- The dog is called Rex')
  expect(await kindsOf()).toEqual(['session_summary'])
  await expect(run('migrate.run')).rejects.toMatchObject({
    code: 'disabled',
    message: expect.stringContaining('feature_flags.use_schema_v2'),
  })

  await denidin.restart(flags(true))
  expect(await run('migrate.run', { dry_run: true })).toMatchObject({
    success: true,
    migration_needed: true,
    backup: null,
    stats: { preview: true, would_migrate: 1, migrated: 0 },
  })
  expect(await kindsOf()).toEqual(['session_summary'])

  const report = await run('migrate.run')
  expect(report).toMatchObject({
    success: true,
    error: null,
    stats: { migrated: 1, learned: 1, converted: 0, kept: 0, facts: 1 },
    verified: expect.arrayContaining([
      { kind: 'session_summary', before: 1, after: 1, lost: 0 },
      { kind: 'fact', before: 0, after: 1, lost: 0 },
    ]),
  })
  expect(report['backup']).toMatch(/-full-/)
  expect(await kindsOf()).toEqual(['fact', 'session_summary'])
  expect(await run('migrate.run')).toMatchObject({
    success: true,
    migration_needed: false,
    stats: { skipped: true, reason: 'already_v2' },
  })

  expect(await run('migrate.memory')).toMatchObject({
    current_version: 'v2',
    pending: 0,
    unconfirmed: 1,
    counts: { v1_conversations: 1, v2_conversations: 1 },
    migration_history: [{ from: 'v1', to: 'v2', status: 'completed', migrated: 1, backup_id: report['backup'] }],
  })
  expect(await run('migrate.confirm')).toEqual({ ended: 1 })
  expect(await run('migrate.confirm')).toEqual({ ended: 0 })
  await denidin.whenIdle()
  denidin.models.always('completion', reply('Rex.'))
  await denidin.say('what is my dog called?', { phone: '15550001111' })
  expect(denidin.lastRequest()).toContain('My dog is called Rex')
  expect(denidin.lastRequest()).not.toContain('The dog is called Rex')
})

test('without the messages, the statements of the summary become facts with their category', async () => {
  await denidin.restart(flags(true))
  await denidin.say('hello', { name: 'Ana' })
  const { people } = await run('people.list')
  const [{ person_id } = { person_id: '' }] = people as { person_id: string }[]
  await denidin.app.memory.store({
    ...PLAIN_MEMORY,
    memory_id: 'old',
    scope: `person:${person_id}`,
    person_ids: [person_id],
    kind: 'session_summary',
    text: 'Key facts:\n- Ana prefers tea\n- The build has a bug\n• חתול בשם מיצי',
    session_id: 'gone',
    said_from: 1,
    said_to: 2,
    valid_from: 1,
    created_at: 3,
  })
  expect(await run('migrate.run', { backup: false })).toMatchObject({
    backup: null,
    stats: { converted: 1, facts: 3 },
  })
  const { memories } = await run('memory.list', { person: ANA })
  expect(memories).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'fact', text: 'Ana prefers tea', category: 'preferences' }),
      expect.objectContaining({ kind: 'fact', text: 'The build has a bug', category: 'context' }),
      expect.objectContaining({ kind: 'fact', text: 'חתול בשם מיצי', category: 'facts' }),
    ]),
  )
})

test('a model that fails interrupts the migration, and the next run goes on where it stopped', async () => {
  await session('My dog is called Rex', '- The dog is called Rex')
  await session('My cat is called Tom', '- The cat is called Tom')
  await denidin.restart(flags(true, { enable_llm_entity_extraction: true }))
  denidin.models.always('extraction', failure(503))
  const stopped = await run('migrate.run', { backup: false })
  expect(stopped).toMatchObject({ success: false, stats: { migrated: 0 }, verified: [] })
  denidin.models.always(
    'extraction',
    facts(() => []),
  )
  expect(await run('migrate.run', { backup: false })).toMatchObject({
    success: true,
    stats: { migrated: 2, learned: 2 },
  })
})

test('what is forgotten meanwhile is not called lost', async () => {
  await session('My dog is called Rex', '- The dog is called Rex')
  await session('I live in Haifa', '- Ben lives in Haifa', '15550002222')
  await denidin.restart(flags(true))
  await run('memory.forget', { what: 'all', person: '+15550002222' })
  expect(await run('migrate.run', { backup: false })).toMatchObject({ success: true, stats: { migrated: 1 } })
  expect(await run('memory.list', { person: '+15550002222' })).toMatchObject({ memories: [] })
})
