/** What became of the answers of the last while, and how long DeniDin itself needed for them. */
import { DAY_MS, type Clock } from '../platform/clock.ts'
import type { Metrics } from '../platform/metrics.ts'

/** Most answers that are remembered; a longer time is then judged by the newest of them. */
const MOST_REMEMBERED = 5000
const LONGEST_WINDOW_MS = DAY_MS

/** Values with the time at which they came, on the monotonic clock. */
class RecentValues {
  readonly #clock: Pick<Clock, 'monotonic'>
  #values: { readonly at: number; readonly value: number }[] = []

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  add(value: number): void {
    this.#values.push({ at: this.#clock.monotonic(), value })
    if (this.#values.length < 2 * MOST_REMEMBERED) return
    this.#values = this.#values.slice(-MOST_REMEMBERED)
  }

  since(window_ms: number): readonly number[] {
    const oldest = this.#clock.monotonic() - Math.min(window_ms, LONGEST_WINDOW_MS)
    return this.#values.filter(({ at }) => at > oldest).map(({ value }) => value)
  }
}

export class RecentAnswers {
  readonly #own_seconds: RecentValues
  readonly #answered: RecentValues
  readonly #failed: RecentValues

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#own_seconds = new RecentValues(clock)
    this.#answered = new RecentValues(clock)
    this.#failed = new RecentValues(clock)
  }

  /** The same metrics, from which the answers are remembered too. */
  following(metrics: Metrics): Metrics {
    return {
      count: (event, by) => {
        metrics.count(event, by)
        if (event === 'turns_failed') this.#ended(false)
        // Its turn was counted as answered.
        if (event === 'replies_failed') this.#failed.add(1)
      },
      read: () => metrics.read(),
      add: (name, labels, by) => {
        metrics.add(name, labels, by)
        const outcome: unknown = name === 'turns_total' ? Reflect.get(labels, 'outcome') : undefined
        if (outcome === 'answered' || outcome === 'no_answer') this.#ended(outcome === 'answered')
      },
      observe: (name, labels, value) => {
        metrics.observe(name, labels, value)
        if (name === 'own_response_seconds') this.#own_seconds.add(value)
      },
      set: (name, labels, value) => {
        metrics.set(name, labels, value)
      },
    }
  }

  /** Seconds that DeniDin itself needed for each answer, ascending. */
  ownSeconds(window_ms: number): readonly number[] {
    return this.#own_seconds.since(window_ms).toSorted((one, other) => one - other)
  }

  /** How many messages were to be answered, and how many of them got no answer. */
  outcomes(window_ms: number): { readonly answers: number; readonly failed: number } {
    const answers = this.#answered.since(window_ms).length
    return { answers, failed: Math.min(answers, this.#failed.since(window_ms).length) }
  }

  #ended(answered: boolean): void {
    this.#answered.add(1)
    if (!answered) this.#failed.add(1)
  }
}
