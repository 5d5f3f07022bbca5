// The limits of a stage on a clock that the test moves: window, least number of answers, and each of the three limits.
import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { allMigrations } from '../../src/app/stores.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { AutoPause } from '../../src/rollout/auto-pause.ts'
import type { RolloutLimits } from '../../src/rollout/limits.ts'
import { Rollouts } from '../../src/rollout/rollouts.ts'
import { createSqliteAnswerLog } from '../../src/rollout/sqlite/sqlite-answer-log.ts'
import { createSqliteRollouts } from '../../src/rollout/sqlite/sqlite-rollouts.ts'
import {
  bucketOf,
  compareStages,
  mayFollow,
  parseStage,
  stageName,
  USUAL_DWELL,
  USUAL_STAGES,
} from '../../src/rollout/stage.ts'
import { quantileOf, TurnFigures } from '../../src/rollout/turn-figures.ts'
import { createSqliteTurnFigures } from '../../src/rollout/sqlite/sqlite-turn-figures.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'
import { personOf } from '../support/operations/records.ts'

const LIMITS: RolloutLimits = {
  window_ms: HOUR_MS,
  min_answers: 10,
  max_error_percent: 5,
  max_response_ms: 1000,
  max_cost_per_answer: 0.01,
}

/** @param database that of an earlier process */
const setUp = async (
  limits: RolloutLimits | undefined = LIMITS,
  { clock, database } = { clock: new FakeClock(), database: new Database(':memory:', allMigrations) },
) => {
  const log = memoryLog()
  const rollouts = await Rollouts.open({
    store: createSqliteRollouts(database),
    people: { find: person_id => Promise.resolve(personOf(person_id, '15550001111')) },
    oldest: () => ['p1', 'p2'],
    dwell: USUAL_DWELL,
    clock,
    logger: log,
  })
  let cost: number | undefined = 0.001
  const pause = new AutoPause({
    rollouts,
    answers: createSqliteAnswerLog(database),
    limits,
    costSince: () => Promise.resolve(cost),
    clock,
    logger: log,
  })
  return {
    clock,
    database,
    log,
    rollouts,
    pause,
    stage: () => stageName(rollouts.stageOf('enable_memory_system')),
    set: (stage: string) =>
      rollouts.set({
        feature: 'enable_memory_system',
        to: parseStage(stage) ?? { kind: 'off' },
        by: 'operator',
        force: true,
      }),
    costs: (amount: number | undefined) => (cost = amount),
    answer: async (turns: number, { failed = false, own_ms = 100, scope = 'person:p1' as const } = {}) => {
      for (let turn = 0; turn < turns; turn++) {
        await clock.advance(SECOND_MS)
        await pause.answered({ scope, failed, recall: 'none', own_ms, took_ms: 500 })
      }
    },
  }
}

test('a stage goes on within its limits, however long', async () => {
  const { set, answer, stage, pause } = await setUp()
  await set('first-10')
  await answer(200)
  await answer(5, { failed: true })
  expect(stage()).toBe('first-10')
  expect(await pause.health()).toEqual({ state: 'ok', detail: 'enable_memory_system is at first-10.' })
})

test('too many failures step the stage back to the one before, with the counts as the reason', async () => {
  const { set, answer, stage, rollouts, pause } = await setUp()
  await set('godfather')
  await set('first-10')
  await set('first-50')
  await answer(18)
  await answer(1, { failed: true })
  // 1 of 19 is above 5 %.
  expect(stage()).toBe('first-10')
  expect(rollouts.changeOf('enable_memory_system')).toMatchObject({
    by: 'auto_pause',
    reason: '1 of 19 answers (5.3 %) failed in the last 60 minutes; the limit is 5 %',
  })
  expect(await pause.health()).toMatchObject({ state: 'degraded' })
  // The narrower stage begins with new counts.
  await answer(9, { failed: true })
  expect(stage()).toBe('first-10')
  await answer(1, { failed: true })
  expect(stage()).toBe('godfather')
})

test('rollout.min_answers and rollout.window_minutes say how many answers count, and how old they may be', async () => {
  const { set, answer, stage, clock } = await setUp()
  await set('first-10')
  await answer(9, { failed: true })
  expect(stage()).toBe('first-10')
  await clock.advance(61 * MINUTE_MS)
  await answer(30)
  expect(stage()).toBe('first-10')
})

test('rollout.max_error_percent is the highest share of failures', async () => {
  const { set, answer, stage } = await setUp({ ...LIMITS, max_error_percent: 50 })
  await set('first-10')
  await answer(10)
  await answer(10, { failed: true })
  expect(stage()).toBe('first-10')
  await answer(1, { failed: true })
  expect(stage()).toBe('godfather')
})

test('rollout.max_response_ms is for 95 % of the answers', async () => {
  const { set, answer, stage, rollouts } = await setUp()
  await set('first-10')
  await answer(20)
  await answer(1, { own_ms: 1001 })
  expect(stage()).toBe('first-10')
  await answer(1, { own_ms: 1001 })
  expect(stage()).toBe('godfather')
  expect(rollouts.changeOf('enable_memory_system')?.reason).toBe(
    '2 of 22 answers (9.1 %) needed more than 1000 ms before the model was asked, in the last 60 minutes; the limit is 5 %',
  )
})

test('rollout.max_cost_per_answer is the highest mean cost; answers without a price do not count', async () => {
  const { set, answer, stage, rollouts, costs } = await setUp()
  await set('first-10')
  costs(undefined)
  await answer(20)
  costs(0.02)
  await answer(9)
  expect(stage()).toBe('first-10')
  await answer(1)
  expect(stage()).toBe('godfather')
  expect(rollouts.changeOf('enable_memory_system')?.reason).toBe(
    '10 answers cost 0.2 (0.02 each) in the last 60 minutes; the limit is 0.01 each',
  )
})

test('who sets the stage again that was stepped back to has looked at it', async () => {
  const { set, answer, stage, pause } = await setUp()
  await set('first-10')
  await answer(10, { failed: true })
  expect(stage()).toBe('godfather')
  expect(await pause.health()).toMatchObject({ state: 'degraded' })
  expect(await set('godfather')).toMatchObject({ by: 'operator' })
  expect(await pause.health()).toMatchObject({ state: 'ok' })
  expect(await set('godfather')).toBeUndefined()
})

test('a restart loses no answer: the process that begins goes on counting', async () => {
  const before = await setUp()
  await before.set('first-10')
  await before.answer(7, { failed: true })
  const after = await setUp(LIMITS, before)
  await after.answer(2)
  expect(after.stage()).toBe('first-10')
  await after.answer(1)
  expect(after.stage()).toBe('godfather')
  expect(after.rollouts.changeOf('enable_memory_system')?.reason).toMatch(/^7 of 10 answers \(70\.0 %\) failed/)
})

test('answers of a wider stage do not count for a narrower one that the operator set; those of a narrower one count on', async () => {
  const { set, answer, stage } = await setUp()
  await set('first-50')
  await answer(9, { failed: true })
  await set('first-10')
  await answer(9)
  await set('first-50')
  await answer(9)
  expect(stage()).toBe('first-50')
  await answer(2, { failed: true })
  // 2 of 20: those before the first-10 are gone.
  expect(stage()).toBe('first-10')
})

test('a clock that is set back or forward does not keep old answers', async () => {
  const { set, answer, stage, clock } = await setUp()
  await set('first-10')
  await answer(9, { failed: true })
  clock.step(-24 * HOUR_MS)
  await answer(10)
  expect(stage()).toBe('first-10')
  clock.step(24 * HOUR_MS)
  await answer(9, { failed: true })
  expect(stage()).toBe('first-10')
  await answer(1, { failed: true })
  expect(stage()).toBe('godfather')
})

test('answers to people who are not in a stage do not count for it', async () => {
  const { set, answer, stage } = await setUp()
  await set('first-1')
  await answer(20, { failed: true, scope: 'person:p2' as 'person:p1' })
  expect(stage()).toBe('first-1')
})

test('at all the limits hold for a week after a rollout, and never without one', async () => {
  const { set, answer, stage, clock } = await setUp()
  await answer(20, { failed: true })
  expect(stage()).toBe('all')
  await set('first-50')
  await set('all')
  await answer(10, { failed: true })
  expect(stage()).toBe('first-50')
  await set('all')
  await clock.advance(8 * 24 * HOUR_MS)
  await answer(20, { failed: true })
  expect(stage()).toBe('all')
})

test.each([
  ['off', 'off'],
  ['godfather', 'godfather'],
  ['10', 'first-10'],
  ['first 50', 'first-50'],
  ['First-7', 'first-7'],
  ['25%', '25%'],
  ['percent-5', '5%'],
  ['all', 'all'],
])('the stage %s is %s', (text, name) => {
  expect(stageName(parseStage(text) ?? { kind: 'off' })).toBe(name)
})

test.each(['', 'most', '0', '0%', '100%', 'first-0', '-5', '12.5%', 'first-9999999'])('"%s" is no stage', text => {
  expect(parseStage(text)).toBeUndefined()
})

test('the usual stages follow each other, and no other order is usual', () => {
  const names = USUAL_STAGES.map(stageName)
  expect([...USUAL_STAGES].reverse().sort(compareStages).map(stageName)).toEqual(names)
  for (const [at, stage] of USUAL_STAGES.entries()) {
    const next = USUAL_STAGES[at + 1]
    if (next !== undefined) expect(mayFollow(stage, next)).toBe(true)
    const skipped = USUAL_STAGES[at + 2]
    // From fifty people on, all may follow at once.
    if (skipped !== undefined && stage.kind !== 'first') expect(mayFollow(stage, skipped)).toBe(false)
  }
})

test('people are spread evenly over the shares, and differently for each feature', () => {
  const ids = Array.from({ length: 4000 }, (_, at) => `person-${String(at)}`)
  const within = ids.filter(id => bucketOf('enable_memory_system', id) < 2500).length
  expect(within).toBeGreaterThan(900)
  expect(within).toBeLessThan(1100)
  expect(ids.some(id => bucketOf('use_schema_v2', id) !== bucketOf('enable_memory_system', id))).toBe(true)
})

test('counts of answers are written once a minute and at the end, and add up', async () => {
  const clock = new FakeClock()
  const database = new Database(':memory:', allMigrations)
  const store = createSqliteTurnFigures(database)
  const figures = new TurnFigures({ store, clock, logger: memoryLog() })
  const answered = (own_ms: number, recall: 'used' | 'empty' | 'none') =>
    figures.answered({ scope: 'person:p1', failed: false, recall, own_ms, took_ms: own_ms })
  await answered(100, 'used')
  await answered(400, 'empty')
  expect(await store.firstDay()).toBeUndefined()
  await clock.advance(MINUTE_MS)
  await answered(400, 'none')
  await answered(400, 'none')
  await figures.write()
  const day = clock.zone.dayOf(clock.now())
  const found = (await store.between(day, day)).get(day)
  expect(found).toMatchObject({ answers: 4, failed: 0, recall_wanted: 2, recall_used: 1 })
  const median = quantileOf(found?.own_ms ?? {}, 0.5) ?? 0
  expect(median).toBeGreaterThanOrEqual(400)
  expect(median).toBeLessThan(400 * 1.06)
})
