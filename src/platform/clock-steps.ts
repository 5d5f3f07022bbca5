/**
 * Notices when the machine's clock is set, for work that is planned by the hour and cannot wait on the monotonic clock.
 */
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
