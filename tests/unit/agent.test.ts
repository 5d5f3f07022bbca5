import { beforeEach, expect, test } from '@jest/globals'
import { packProfile } from '../../src/conversation/packing/pack-profile.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import { createProfileOf } from '../../src/conversation/profile.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { MemoryAgent, type ConsciousAgent } from '../../src/learning/agent/conscious-agent.ts'
import type { MemoryRecord } from '../../src/memory/memory.ts'
import type { MemoryLog } from '../../src/memory/memory-log.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { PROFILE_TOKENS, type Profiles } from '../../src/memory/profiles.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryLog } from '../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteProfiles, profileMigrations } from '../../src/memory/sqlite/sqlite-profiles.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog, type MemoryLog as KeptLog } from '../support/memory-log.ts'
import { memoryOf, wordCounter } from '../support/memory-rig.ts'
import { testSetAside } from '../support/test-set-aside.ts'

let clock: FakeClock
let memories: MemoryStore
let log: MemoryLog
let profiles: Profiles
let kept: KeptLog
let agent: ConsciousAgent

beforeEach(() => {
  clock = new FakeClock()
  const database = new Database(':memory:', [...memoryMigrations, ...profileMigrations])
  memories = createSqliteMemoryStore(database)
  log = createSqliteMemoryLog(database)
  profiles = createSqliteProfiles(database)
  kept = memoryLog()
  agent = new MemoryAgent({
    includes: () => Promise.resolve(true),
    memories,
    log,
    profiles,
    setAside: testSetAside(),
    clock,
    logger: kept,
    tokens: wordCounter,
    interval_hours: 6,
    mergeDuplicates: () => Promise.resolve([]),
  })
})

const fact = async (scope: Scope, text: string, more: Partial<MemoryRecord> = {}): Promise<MemoryRecord> => {
  const memory = memoryOf(scope, text, { kind: 'fact', category: 'facts', ...more })
  await memories.add(memory)
  return memory
}

const use = async ({ scope, memory_id }: MemoryRecord, times: number): Promise<void> => {
  const access = { scope, memory_id, type: 'recall', at: clock.now() } as const
  await log.accessed(Array.from({ length: times }, () => access))
}

/** The profile's lines as the model is shown them. */
const profileOf = async (scope: Scope): Promise<readonly string[]> => {
  const lines = await createProfileOf({ profiles, memories, clock, zoneOf: async () => UTC })(scope)
  return packProfile(lines, { content: PROFILE_TOKENS, room: Infinity }, new TokenCosts(wordCounter)).lines.map(
    ({ text }) => text,
  )
}

test('what is used rises and sinks again, with a line in its history each time, however often', async () => {
  const memory = await fact('person:a', 'likes tea')
  for (let round = 1; round <= 2; round++) {
    await use(memory, 8)
    expect(await agent.run()).toMatchObject({
      patterns_analyzed: 1,
      promotion_candidates: 1,
      promoted_ids: [memory.memory_id],
      demoted_ids: [],
    })
    expect(await agent.run()).toMatchObject({ promotion_candidates: 0, promoted_ids: [], demoted_ids: [] })
    await clock.advance(8 * DAY_MS)
    expect(await agent.run()).toMatchObject({ promoted_ids: [], demoted_ids: [memory.memory_id] })
  }
  const history = await log.promotionsOf(memory.memory_id)
  expect(history.map(each => each.to_tier)).toEqual(['short_term', 'long_term', 'short_term', 'long_term'])
  expect((await log.stats({ since: 0, most: 9 })).by_type).toMatchObject({ promote: 2, demote: 2 })
})

test('uses of one person say nothing about the memory of another', async () => {
  const mine = await fact('person:a', 'likes tea')
  await log.accessed(
    Array.from({ length: 10 }, () => ({
      scope: 'person:b',
      memory_id: mine.memory_id,
      type: 'recall',
      at: clock.now(),
    })),
  )
  expect(await agent.run()).toMatchObject({ promoted_ids: [] })
})

test('a profile holds what is wanted most, within its tokens, and nothing of anybody else or of a group', async () => {
  await fact('person:a', 'lives in Haifa', { importance: 0.4 })
  await fact('person:a', 'is allergic to nuts', { importance: 1, category: 'rules' })
  const tea = await fact('person:a', 'likes tea', { importance: 0.2 })
  await fact('person:a', 'liked milk', { valid_to: 5, importance: 1 })
  await fact('person:b', 'hates tea', { importance: 1 })
  await fact('chat:g', 'meets on Monday', { importance: 1 })
  await use(tea, 9)
  expect(await agent.run()).toMatchObject({ profiles: 2 })
  expect(await profileOf('person:a')).toEqual(['likes tea', 'is allergic to nuts', 'lives in Haifa'])
  expect(await profileOf('person:b')).toEqual(['hates tea'])
  expect(await profileOf('chat:g')).toEqual([])

  for (let n = 0; n < 40; n++) await fact('person:a', `fact number ${String(n)} ${'word '.repeat(17)}`)
  await agent.run()
  const words = (await profileOf('person:a')).join(' ').split(' ').length
  expect(words).toBeGreaterThan(PROFILE_TOKENS / 2)
  expect(words).toBeLessThanOrEqual(PROFILE_TOKENS)
})

test('what is forgotten, or holds no more, is out of the profile at once', async () => {
  const tea = await fact('person:a', 'likes tea')
  const coffee = await fact('person:a', 'likes coffee')
  await agent.run()
  await memories.remove('person:a', [tea.memory_id])
  await memories.change('person:a', coffee.memory_id, { valid_to: clock.now() })
  expect(await profileOf('person:a')).toEqual([])
})

test('it looks when it is started, then every interval, until it is stopped', async () => {
  await fact('person:a', 'likes tea')
  const looks = (): number => kept.lines.filter(({ message }) => message === 'Memories analysed').length
  expect(await agent.start()).toMatchObject({ state: 'looking', interval_hours: 6 })
  await agent.run()
  await clock.advance(0)
  expect(agent.status()).toMatchObject({ state: 'waiting', next_at: clock.now() + 6 * HOUR_MS })
  await clock.advance(6 * HOUR_MS)
  await agent.run()
  await clock.advance(0)
  await agent.start(2)
  expect(agent.status()).toMatchObject({ interval_hours: 2, next_at: clock.now() + 2 * HOUR_MS })
  const before = looks()
  await clock.advance(2 * HOUR_MS)
  expect(looks()).toBe(before + 1)
  expect(await agent.stop()).toMatchObject({ state: 'stopped', next_at: undefined })
  await clock.advance(DAY_MS)
  expect(looks()).toBe(before + 1)
})

test('a look can be called off, and what it moved until then stays moved', async () => {
  for (let n = 0; n < 450; n++) await use(await fact('person:a', `fact ${String(n)}`), 8)
  const stop = new AbortController()
  const steps: number[] = []
  const look = agent.run({
    signal: stop.signal,
    progress: done => {
      steps.push(done)
      if (done >= 200) stop.abort(new Error('enough'))
    },
  })
  await expect(look).rejects.toThrow('enough')
  expect(steps).toEqual([200])
  expect(await memories.list('person:a', { limit: 500, tier: 'short_term' })).toHaveLength(200)
  expect(agent.status()).toMatchObject({ state: 'stopped', failure: undefined })
})

test('a look that fails is told, and tried again after five minutes', async () => {
  const counts = memories.counts.bind(memories)
  memories.counts = () => Promise.reject(new Error('the disk is gone'))
  await agent.start()
  await agent.run().catch(() => undefined)
  await clock.advance(0)
  expect(agent.status()).toMatchObject({ state: 'waiting', failure: 'the disk is gone' })
  memories.counts = counts
  await clock.advance(5 * MINUTE_MS)
  await agent.run()
  expect(agent.status()).toMatchObject({ failure: undefined, last: { patterns_analyzed: 0 } })
  await agent.stop()
})

test('a profile says nothing as to come that is over, and dates what counts from the day on which it was said', async () => {
  const said_to = Date.parse('2026-11-28T12:00Z')
  const said = { said_from: said_to, said_to, importance: 1 }
  const texts = ['has an exam on Tuesday, 1 December 2026', 'has an exam next Tuesday', 'was born on 3 May 1990']
  for (const text of texts) await fact('person:z', text, said)
  const ids = (await memories.list('person:z', { limit: 9 })).map(each => each.memory_id).toReversed()
  await profiles.keep('person:z', ids, said_to)
  const at = (day: string) => ({ zone: clock.zone, now: () => Date.parse(day) })
  const lines = async (day: string): Promise<readonly string[]> =>
    (await createProfileOf({ profiles, memories, clock: at(day), zoneOf: async () => UTC })('person:z')).map(
      ({ text }) => text,
    )
  expect(await lines('2026-11-30')).toEqual([
    'has an exam on Tuesday, 1 December 2026',
    'has an exam next Tuesday (said on Saturday, 28 November 2026)',
    'was born on 3 May 1990',
  ])
  expect(await lines('2026-12-05')).toEqual(['was born on 3 May 1990'])
})
