/** Makes restore points while the bot runs, so that no more than the last few minutes can be lost. */
import { statSync } from 'node:fs'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'

/** Part of the interval after which the next point begins, so that it ends within the interval. */
const BEGIN_AFTER = 0.9
const LEAST_PAUSE = 0.25
/** File systems record times of changes no more precisely than this. */
const TIME_STEP_MS = 20
/** Intervals without a point after which restore points count as failing. */
const LATE_INTERVALS = 3

export interface PointScheduleDeps {
  /** The most that may be lost, in minutes. */
  readonly minutes: number
  /** Paths of the databases. */
  readonly databases: readonly string[]
  /** Makes a restore point. */
  readonly make: (signal: AbortSignal) => Promise<unknown>
  readonly clock: Clock
  readonly logger: Logger
}

/** How far restore points reach. */
export interface PointState {
  readonly minutes: number
  /** Until when everything is in a backup, in milliseconds since the Unix epoch; `undefined` before the first point. */
  readonly covered_until: number | undefined
  /** Why the last one failed. */
  readonly problem: string | undefined
  readonly is_late: boolean
}

export class PointSchedule implements AsyncDisposable {
  readonly #deps: PointScheduleDeps
  readonly #logger: Logger
  readonly #stop = new AbortController()
  #timer: Disposable | undefined
  #running: Promise<void> = Promise.resolve()
  /** By the monotonic clock: a clock that is set makes no point late. */
  #since: number | undefined
  #seen: string | undefined
  #covered_until: number | undefined
  #problem: string | undefined

  constructor(deps: PointScheduleDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('backup')
  }

  start(): void {
    this.#since = this.#deps.clock.monotonic()
    this.#next(0)
  }

  get state(): PointState {
    const { minutes, clock } = this.#deps
    const since = this.#since
    const is_late = since !== undefined && clock.monotonic() - since > LATE_INTERVALS * minutes * MINUTE_MS
    return { minutes, covered_until: this.#covered_until, problem: this.#problem, is_late }
  }

  /** Makes a restore point if a database has changed since the last one. */
  async run(): Promise<void> {
    const { databases, clock, make } = this.#deps
    const [now, began] = [clock.now(), clock.monotonic()]
    const seen = stateOf(databases)
    if (seen !== this.#seen) {
      // A change within the same step of the file system's clock would not show in the times of the next look.
      await clock.sleep(TIME_STEP_MS, this.#stop.signal)
      await make(this.#stop.signal)
      this.#seen = seen
    }
    this.#covered_until = now
    this.#since = began
    this.#problem = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#timer?.[Symbol.dispose]()
    await this.#running
  }

  #next(took_ms: number): void {
    const { minutes, clock } = this.#deps
    const interval = minutes * MINUTE_MS
    this.#timer = clock.after(Math.max(LEAST_PAUSE * interval, BEGIN_AFTER * interval - took_ms), () => {
      this.#running = this.#attempt()
    })
  }

  async #attempt(): Promise<void> {
    const { clock } = this.#deps
    const began = clock.monotonic()
    try {
      await this.run()
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const reason = asDenidinError(error).message
      if (reason !== this.#problem) this.#logger.warn('A restore point could not be made', { reason })
      this.#problem = reason
    }
    if (!this.#stop.signal.aborted) this.#next(clock.monotonic() - began)
  }
}

/** Changes when a database is written to. */
const stateOf = (databases: readonly string[]): string =>
  databases
    .flatMap(path => [path, `${path}-wal`])
    .map(path => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false })
      return found === undefined ? '-' : [found.ino, found.size, found.mtimeNs].join(' ')
    })
    .join('\n')
