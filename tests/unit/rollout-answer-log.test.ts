/** The running counts of answers are those of the whole table, whatever comes, expires, or is deleted by others. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { AnswerCounts } from '../../src/rollout/answer-log.ts'
import { createSqliteAnswerLog, forgetAnswers } from '../../src/rollout/sqlite/sqlite-answer-log.ts'
import type { StagedFeature } from '../../src/rollout/stage.ts'

const WINDOW_MS = 600_000
const SLOW_MS = 1000
/** Small, so that the oldest are often left out. */
const MOST = 12

const feature = fc.constantFrom<StagedFeature>('enable_memory_system', 'use_schema_v2')
const answer = fc.record({
  act: fc.constant('answer' as const),
  feature,
  // Mostly a little later; sometimes a clock that is set.
  passed: fc.oneof({ arbitrary: fc.integer({ min: 0, max: 90_000 }), weight: 8 }, fc.integer({ min: -2e6, max: 2e6 })),
  failed: fc.boolean(),
  own_ms: fc.option(fc.double({ min: 0, max: 2000, noNaN: true }), { nil: undefined }),
  cost: fc.option(fc.double({ min: 0, max: 5, noNaN: true }), { nil: undefined }),
})
const forget = fc.record({ act: fc.constant('forget' as const), feature })
const restart = fc.record({ act: fc.constant('restart' as const) })
const act = fc.oneof({ arbitrary: answer, weight: 12 }, forget, restart)

/** Sums the whole table. */
const fullSum = (database: Database, of: StagedFeature, since: number): AnswerCounts | undefined =>
  database.get<AnswerCounts>(
    `select count(*) as answers, coalesce(sum(failed), 0) as failed,
       count(*) filter (where own_ms > :slow_ms) as slow, count(cost) as priced, coalesce(sum(cost), 0.0) as cost
     from (select * from rollout_answers where feature = :of and at > :since order by at desc limit :most)`,
    { of, since, slow_ms: SLOW_MS, most: MOST },
  )

test('running counts are the full sum after every answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async acts => {
      using database = new Database(':memory:', allMigrations)
      let log = createSqliteAnswerLog(database, MOST)
      let now = 1_700_000_000_000
      for (const each of acts) {
        if (each.act === 'forget') forgetAnswers(database, each.feature)
        else if (each.act === 'restart') log = createSqliteAnswerLog(database, MOST)
        else {
          now += each.passed
          const since = now - WINDOW_MS
          const counts = await log.add(each.feature, { ...each, at: now }, { since, slow_ms: SLOW_MS })
          const { cost = 0, ...whole } = fullSum(database, each.feature, since) ?? {}
          expect({ ...counts, cost: 0 }).toEqual({ ...whole, cost: 0 })
          expect(counts.cost).toBeCloseTo(cost, 6)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('counts that could not be written are read from the table again', async () => {
  using database = new Database(':memory:', allMigrations)
  const log = createSqliteAnswerLog(database)
  const add = (at: number) =>
    log.add(
      'use_schema_v2',
      { at, failed: true, own_ms: 5, cost: undefined },
      { since: at - WINDOW_MS, slow_ms: SLOW_MS },
    )
  await add(1_000_000)
  database.run(`create trigger no_more before insert on rollout_answers begin select raise(abort, 'full'); end`)
  await expect(add(9_000_000)).rejects.toThrow('full')
  database.run('drop trigger no_more')
  expect(await add(1_000_001)).toMatchObject({ answers: 2, failed: 2 })
})
