import { systemClock, type Clock } from '../../src/platform/clock.ts'

/** The real clock, which a test may set forward: timers run in real time, the hour is what the test says. */
export class ShiftedClock implements Clock {
  readonly zone = systemClock.zone
  #shift = 0
  #passed = 0

  now(): number {
    return systemClock.now() + this.#shift + this.#passed
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#passed
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal)
  }

  after(milliseconds: number, run: () => void): Disposable {
    return systemClock.after(milliseconds, run)
  }

  /** Sets the hour forward, or back with a negative number, as an operator does: no time passes. */
  forward(milliseconds: number): void {
    this.#shift += milliseconds
  }

  /** Lets time pass, for what asks how long ago something was. */
  pass(milliseconds: number): void {
    this.#passed += milliseconds
  }
}
