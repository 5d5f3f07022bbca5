/** Time as a dependency: nothing else in DeniDin asks the system what time it is. */
import { TimeZone } from './time-zone.ts'

export interface Clock {
  /** The time zone of this installation: for every day and hour that is shown, said or counted. */
  readonly zone: TimeZone
  /**
   * Current time in milliseconds since the Unix epoch. It may jump, back too, when the machine's clock is set: for what
   * is written down and shown, never for how long something takes or has to wait.
   */
  now(): number
  /** Whole milliseconds since an arbitrary moment; never jumps and never runs back. For durations, waits and deadlines. */
  monotonic(): number
  /**
   * Resolves after `milliseconds`.
   * @throws the signal's reason when `signal` is aborted first.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls `run` once after `milliseconds`, unless the returned handle is disposed of before. */
  after(milliseconds: number, run: () => void): Disposable
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** The machine's own clock. */
export const systemClock: Clock = {
  zone: new TimeZone(),
  now: () => Date.now(),
  monotonic: () => Math.floor(performance.now()),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', abort, { once: true })
    }),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds)
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** The same clock in another time zone. */
export const inZone = (clock: Clock, zone: TimeZone): Clock => ({
  zone,
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  after: (milliseconds, run) => clock.after(milliseconds, run),
})

/** Calendar day of an instant in UTC, as `YYYY-MM-DD`: for log files, whose lines are in UTC, and for days that are counted already. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10)
