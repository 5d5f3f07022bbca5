/** The answers by which the limits of a stage are checked, in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { AnswerCounts, AnswerLog } from '../answer-log.ts'
import type { StagedFeature } from '../stage.ts'

/** More answers are not counted: the oldest are left out. */
const MOST_ANSWERS = 10_000

export const answerLogMigrations: readonly Migration[] = [
  {
    id: 'rollout-answers-001',
    sql: `
      create table rollout_answers (
        answer_id integer primary key autoincrement,
        feature text not null,
        at integer not null,
        failed integer not null,
        own_ms real,
        cost real
      ) strict;
      create index rollout_answers_of_feature on rollout_answers (feature, at);
    `,
  },
]

/** Answers that are counted at the same time may be added in another order; one later than this is from before the clock was set back. */
const DISORDER_MS = 60_000

/** Deletes the answers that were counted for a feature. */
export const forgetAnswers = (database: Database, feature: StagedFeature): void => {
  database.run('delete from rollout_answers where feature = :feature', { feature })
}

const NONE: AnswerCounts = { answers: 0, failed: 0, slow: 0, priced: 0, cost: 0 }

export const createSqliteAnswerLog = (database: Database): AnswerLog => ({
  add: async (feature, { at, failed, own_ms, cost }, { since, slow_ms }) => {
    // Lost counts after a power cut change no decision.
    database.unflushed(() => {
      database.run('delete from rollout_answers where feature = :feature and (at <= :since or at > :latest)', {
        feature,
        since,
        latest: at + DISORDER_MS,
      })
      database.run(
        'insert into rollout_answers (feature, at, failed, own_ms, cost) values (:feature, :at, :failed, :own_ms, :cost)',
        { feature, at, failed: failed ? 1 : 0, own_ms: own_ms ?? null, cost: cost ?? null },
      )
    })
    return (
      database.get<AnswerCounts>(
        `select count(*) as answers, coalesce(sum(failed), 0) as failed,
           count(*) filter (where own_ms > :slow_ms) as slow, count(cost) as priced, coalesce(sum(cost), 0.0) as cost
         from (
           select failed, own_ms, cost from rollout_answers
           where feature = :feature and at > :since order by at desc limit :most
         )`,
        { feature, since, slow_ms, most: MOST_ANSWERS },
      ) ?? NONE
    )
  },
})
