/** Time as a dependency: no other code in DeniDin reads the system time. */
import { TimeZone } from './time-zone.ts'

export interface Clock {
  /** The time zone of this installation: for every day and hour that is shown, mentioned or counted. */
  readonly zone: TimeZone
  /**
   * Current time in milliseconds since the Unix epoch. It may jump, even backwards, when the machine's clock is set.
   * Use it for times that are stored and shown, never for durations or waits.
   */
  now(): number
  /**
   * Whole milliseconds since an arbitrary point; never jumps and never runs backwards. For durations, waits and
   * deadlines.
   */
  monotonic(): number
  /**
   * Resolves after `milliseconds`.
   * @throws the signal's reason when `signal` is aborted first.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls `run` once after `milliseconds`, unless the returned handle is disposed of first. */
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

/**
 * Calendar day of an instant in UTC, as `YYYY-MM-DD`: for log files, whose lines are in UTC, and for days that are
 * already counted.
 */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10)
