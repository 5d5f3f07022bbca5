/**
 * Runs actions at the times of cron expressions: once for each time, even if the clock is changed or the bot was down.
 */
import cron from 'node-cron'
import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { DueTimes } from './due-times.ts'
import type { LastRuns } from './last-runs.ts'

/** Runs `act` whenever `expression` is due, never twice at once, until disposed of. */
export type Scheduler = (expression: string, name: string, act: () => Promise<void>) => AsyncDisposable

/** node-cron as scheduler. It does not keep the process alive. */
export const nodeCron: Scheduler = (expression, name, act) => {
  const task = cron.schedule(expression, act, { name, noOverlap: true, unref: true, suppressMissedWarning: true })
  return { [Symbol.asyncDispose]: async () => task.destroy() }
}

/** How often to check whether a time was missed because the clock jumped over it, or the machine slept. */
const LOOK_EVERY_MS = MINUTE_MS
/** A last run further in the future was recorded before the clock was set back. */
const MOST_AHEAD_MS = 2 * HOUR_MS

export interface SchedulerDeps {
  readonly clock: Clock
  readonly lastRuns: LastRuns
  readonly logger: Logger
  /** Calls at the exact second; missing a time does no harm. */
  readonly trigger?: Scheduler
}

/**
 * A scheduler that misses no time and runs none twice. A time in the hour that daylight saving skips runs when that
 * hour is over; a time in the repeated hour runs the first time. Times that were due while the bot was down run once
 * after the start. Expressions that are due in every hour follow only the trigger.
 */
export const createScheduler =
  (deps: SchedulerDeps): Scheduler =>
  (expression, name, act) => {
    const due = new DueTimes(expression, deps.clock.zone)
    const { trigger = nodeCron } = deps
    if (due.everyHour) return trigger(expression, name, act)
    return new WatchedSchedule({ ...deps, due, name, act, trigger: run => trigger(expression, name, run) })
  }

interface WatchedScheduleDeps extends Pick<SchedulerDeps, 'clock' | 'lastRuns' | 'logger'> {
  readonly due: DueTimes
  readonly name: string
  readonly act: () => Promise<void>
  readonly trigger: (run: () => Promise<void>) => AsyncDisposable
}

class WatchedSchedule implements AsyncDisposable {
  readonly #deps: WatchedScheduleDeps
  readonly #logger: Logger
  readonly #trigger: AsyncDisposable
  #timer: Disposable | undefined
  #last: number | undefined
  #running: Promise<void> = Promise.resolve()
  #ended = false

  constructor(deps: WatchedScheduleDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('cron')
    this.#trigger = deps.trigger(() => this.#look())
    void this.#begin()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    this.#timer?.[Symbol.dispose]()
    await this.#trigger[Symbol.asyncDispose]()
    await this.#running
  }

  async #begin(): Promise<void> {
    const { lastRuns, name, clock } = this.#deps
    const known = await lastRuns.read(name)
    this.#last = known ?? clock.now()
    if (known === undefined) await this.#note(this.#last)
    this.#watch()
  }

  #watch(): void {
    if (this.#ended) return
    void this.#look()
    this.#timer = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#watch()
    })
  }

  /** Runs if a time has passed since the last run. */
  #look(): Promise<void> {
    const { clock, due, act } = this.#deps
    const now = clock.now()
    if (this.#last === undefined || this.#ended) return this.#running
    if (this.#last - now > MOST_AHEAD_MS) this.#last = now
    if (!due.isDue(this.#last, now)) return this.#running
    this.#last = now
    this.#running = this.#running.then(async () => {
      await this.#note(now)
      await act()
    })
    return this.#running
  }

  /** If the time of a run cannot be recorded, there is one more run after the next start. */
  async #note(at: number): Promise<void> {
    const { lastRuns, name } = this.#deps
    await lastRuns.write(name, at).catch((error: unknown) => {
      this.#logger.warn('The time of a scheduled run cannot be recorded', { reason: asDenidinError(error).message })
    })
  }
}
