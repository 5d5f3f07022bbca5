/** The answers by which the limits of a stage are checked, in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { AnswerCounts, AnswerLog } from '../answer-log.ts'
import type { StagedFeature } from '../stage.ts'

/** More answers are not kept: the oldest are deleted. */
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

interface AnswerRow {
  readonly failed: number
  readonly own_ms: number | null
  readonly cost: number | null
}

const COUNTED = 'returning failed, own_ms, cost'
const DELETE_OLD = `delete from rollout_answers where feature = :feature and at <= :since ${COUNTED}`
const DELETE_LATE = `delete from rollout_answers where feature = :feature and at > :latest ${COUNTED}`
const DELETE_OLDEST = `delete from rollout_answers where answer_id in (
  select answer_id from rollout_answers where feature = :feature order by at, answer_id limit :extra
) ${COUNTED}`
const BILLION = 1e9

/**
 * The counts of a feature, kept up to date with each answer that comes or goes. Costs are summed in billionths of the
 * currency's unit: sums of whole numbers stay exact, however many are added and subtracted.
 */
class RunningCounts {
  /** The newest answer that is counted: if it is gone, another part of the program has deleted the answers. */
  newest: number | undefined
  readonly slow_ms: number
  #answers = 0
  #failed = 0
  #slow = 0
  #priced = 0
  #billionths = 0

  constructor(slow_ms: number) {
    this.slow_ms = slow_ms
  }

  get counts(): AnswerCounts {
    return {
      answers: this.#answers,
      failed: this.#failed,
      slow: this.#slow,
      priced: this.#priced,
      cost: this.#billionths / BILLION,
    }
  }

  /** @param sign 1: the answers come; -1: they go */
  count(rows: readonly AnswerRow[], sign: 1 | -1): void {
    for (const { failed, own_ms, cost } of rows) {
      this.#answers += sign
      this.#failed += sign * failed
      if (own_ms !== null && own_ms > this.slow_ms) this.#slow += sign
      if (cost === null) continue
      this.#priced += sign
      this.#billionths += sign * Math.round(cost * BILLION)
    }
  }
}

export const createSqliteAnswerLog = (database: Database, most = MOST_ANSWERS): AnswerLog => {
  const running = new Map<StagedFeature, RunningCounts>()

  const isCounted = (feature: StagedFeature, answer_id: number): boolean =>
    database.get('select 1 as found from rollout_answers where answer_id = :answer_id and feature = :feature', {
      answer_id,
      feature,
    }) !== undefined

  /** The counts of the answers in the table, which are read once, and again if others have deleted them. */
  const countsOf = (feature: StagedFeature, slow_ms: number): RunningCounts => {
    const known = running.get(feature)
    if (known?.slow_ms === slow_ms && known.newest !== undefined && isCounted(feature, known.newest)) return known
    const counts = new RunningCounts(slow_ms)
    const sql = 'select failed, own_ms, cost from rollout_answers where feature = :feature'
    counts.count(database.all<AnswerRow>(sql, { feature }), 1)
    return counts
  }

  return {
    add: async (feature, { at, failed, own_ms, cost }, { since, slow_ms }) => {
      const counts = countsOf(feature, slow_ms)
      // Remembered again when all is written: after a failure, the counts are read from the table.
      running.delete(feature)
      // Lost counts after a power cut change no decision.
      database.unflushed(() => {
        counts.count(database.all<AnswerRow>(DELETE_OLD, { feature, since }), -1)
        counts.count(database.all<AnswerRow>(DELETE_LATE, { feature, latest: at + DISORDER_MS }), -1)
        const answer: AnswerRow = { failed: failed ? 1 : 0, own_ms: own_ms ?? null, cost: cost ?? null }
        const [added] = database.all<{ answer_id: number }>(
          `insert into rollout_answers (feature, at, failed, own_ms, cost)
           values (:feature, :at, :failed, :own_ms, :cost) returning answer_id`,
          { feature, at, ...answer },
        )
        counts.count([answer], 1)
        counts.newest = added?.answer_id
        const extra = counts.counts.answers - most
        if (extra > 0) counts.count(database.all<AnswerRow>(DELETE_OLDEST, { feature, extra }), -1)
      })
      running.set(feature, counts)
      return counts.counts
    },
  }
}
