/** Counts the answers of each day for the report of a rollout: failures, recalls, and how long DeniDin itself took. */
import { entryOf } from '../platform/entry-of.ts'
import type { Clock } from '../platform/clock.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { AnsweredTurn, TurnObserver } from './answered-turn.ts'

/** The counts of one day. No person is named. */
export interface DayFigures {
  readonly answers: number
  readonly failed: number
  /** Answers whose message needed recall, and those of them for which something was recalled. */
  readonly recall_wanted: number
  readonly recall_used: number
  /** Number of answers by bucket of the own time: see `bucketOf`. */
  readonly own_ms: Readonly<Record<string, number>>
}

export interface FigureStore {
  /** Adds counts to those of a day, in days since 1970. */
  add(day: number, figures: DayFigures): Promise<void>
  /** Counts by day, from the first to the last, both included. */
  between(first: number, last: number): Promise<ReadonlyMap<number, DayFigures>>
  /** The first day with counts, if any. */
  firstDay(): Promise<number | undefined>
}

/** What people did in a time: the sessions that were active, and the thumbs that they gave. */
export interface ActivityReader {
  activity(
    begins: number,
    ends: number,
  ): Promise<{ readonly sessions: number; readonly up: number; readonly down: number }>
}

const NOTHING: DayFigures = { answers: 0, failed: 0, recall_wanted: 0, recall_used: 0, own_ms: {} }

/** Neighbouring buckets differ by this factor, so a quantile is wrong by at most as much. */
const GROWTH = 1.05

/** The bucket of a time in milliseconds. */
const bucketOf = (milliseconds: number): string =>
  String(Math.max(0, Math.ceil(Math.log(Math.max(milliseconds, 1)) / Math.log(GROWTH))))

/** The time that a share of the answers did not exceed, in milliseconds; `undefined` without answers. */
export const quantileOf = (own_ms: DayFigures['own_ms'], share: number): number | undefined => {
  const buckets = Object.entries(own_ms)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .sort(([one], [other]) => one - other)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let left = Math.ceil(share * total)
  for (const [bucket, count] of buckets) {
    left -= count
    if (left <= 0) return Math.round(GROWTH ** bucket)
  }
  return undefined
}

export const addFigures = (one: DayFigures, other: DayFigures): DayFigures => {
  const own_ms: Record<string, number> = { ...one.own_ms }
  for (const [bucket, count] of Object.entries(other.own_ms)) own_ms[bucket] = (own_ms[bucket] ?? 0) + count
  return {
    answers: one.answers + other.answers,
    failed: one.failed + other.failed,
    recall_wanted: one.recall_wanted + other.recall_wanted,
    recall_used: one.recall_used + other.recall_used,
    own_ms,
  }
}

/** The counts of several days together. */
export const sumFigures = (figures: Iterable<DayFigures>): DayFigures => [...figures].reduce(addFigures, NOTHING)

const figuresOf = ({ failed, recall, own_ms }: AnsweredTurn): DayFigures => ({
  answers: 1,
  failed: failed ? 1 : 0,
  recall_wanted: recall === 'none' ? 0 : 1,
  recall_used: recall === 'used' ? 1 : 0,
  own_ms: own_ms === undefined ? {} : { [bucketOf(own_ms)]: 1 },
})

export interface TurnFiguresDeps {
  readonly store: FigureStore
  readonly clock: Clock
  readonly logger: Logger
}

/** Counts in memory, and writes the counts about once a minute, so that an answer costs no write. */
export class TurnFigures implements TurnObserver {
  readonly #deps: TurnFiguresDeps
  readonly #waiting = new Map<number, DayFigures>()
  #written_at: number

  constructor(deps: TurnFiguresDeps) {
    this.#deps = deps
    this.#written_at = deps.clock.monotonic()
  }

  async answered(turn: AnsweredTurn): Promise<void> {
    const { clock } = this.#deps
    const day = clock.zone.dayOf(clock.now())
    this.#waiting.set(
      day,
      addFigures(
        entryOf(this.#waiting, day, () => NOTHING),
        figuresOf(turn),
      ),
    )
    if (clock.monotonic() - this.#written_at >= MINUTE_MS) await this.write()
  }

  /** Writes what was counted. */
  async write(): Promise<void> {
    const { store, clock, logger } = this.#deps
    this.#written_at = clock.monotonic()
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [day, figures] of waiting) {
      await store.add(day, figures).catch((error: unknown) => {
        logger.for('rollout').warn('Counts of answers were not written', { reason: asDenidinError(error).message })
      })
    }
  }
}
