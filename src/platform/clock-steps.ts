/** What to do where the machine's clock counts, because others use it or the hour matters, and it may be set. */
import { MINUTE_MS, type Clock } from './clock.ts'

/** How often the clock is checked, and the least step that counts: smaller ones are corrections by a time server. */
const LOOK_EVERY_MS = MINUTE_MS
const LEAST_STEP_MS = MINUTE_MS

/** Calls `act` with the milliseconds by which the clock was set, negative if it was set back, until disposed of. */
export const onClockStep = (clock: Clock, act: (step_ms: number) => void): Disposable => {
  const offset = (): number => clock.now() - clock.monotonic()
  let known = offset()
  const look = (): void => {
    const step = offset() - known
    if (Math.abs(step) >= LEAST_STEP_MS) {
      known += step
      act(step)
    }
    timer = clock.after(LOOK_EVERY_MS, look)
  }
  let timer = clock.after(LOOK_EVERY_MS, look)
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}

/**
 * Measures time from now on, for what others date by the machine's clock, which may be set meanwhile: the longer of what
 * this clock and the monotonic one say, so that nothing dated since then is taken for older.
 */
export const longestElapsed = (clock: Clock): (() => number) => {
  const [at, began] = [clock.now(), clock.monotonic()]
  return () => Math.max(clock.now() - at, clock.monotonic() - began)
}
