import { systemClock, type Clock } from '../../src/platform/clock.ts'

/** The real clock, which a test may set forward: timers run in real time, the hour is what the test says. */
export class ShiftedClock implements Clock {
  readonly zone = systemClock.zone
  #shift = 0

  now(): number {
    return systemClock.now() + this.#shift
  }

  monotonic(): number {
    return systemClock.monotonic()
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal)
  }

  after(milliseconds: number, run: () => void): Disposable {
    return systemClock.after(milliseconds, run)
  }

  /** Sets the hour forward, or back with a negative number. */
  forward(milliseconds: number): void {
    this.#shift += milliseconds
  }
}
