import { systemClock, type Clock } from '../../src/platform/clock.ts'

/**
 * The real clock, which a test may set forward: timers run in real time, the hour is what the test says. Where a test
 * waits only for pauses of DeniDin itself, it may let its time run faster.
 */
export class ShiftedClock implements Clock {
  readonly zone = systemClock.zone
  #shift = 0
  #passed = 0
  #speed = 1
  #patience = 1
  #since = systemClock.monotonic()

  now(): number {
    return systemClock.now() + this.#shift + this.#gained()
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#gained()
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds / this.#speed, signal)
  }

  after(milliseconds: number, run: () => void): Disposable {
    return systemClock.after(milliseconds * this.#patience, run)
  }

  /** Sets the hour forward, or back with a negative number, as an operator does: no time passes. */
  forward(milliseconds: number): void {
    this.#shift += milliseconds
  }

  /** Lets time pass, for what asks how long ago something was. */
  pass(milliseconds: number): void {
    this.#passed += milliseconds
  }

  /**
   * From now on, time and pauses (`sleep`) run `speed` times as fast as outside. Deadlines (`after`) stay as they are,
   * because what is real, such as a server, is no faster.
   */
  hasten(speed: number): void {
    this.#passed = this.#gained()
    this.#since = systemClock.monotonic()
    this.#speed = speed
  }

  /** From now on, deadlines are `patience` times as long: longer for a server on a busy machine, shorter for one that hangs. */
  wait(patience: number): void {
    this.#patience = patience
  }

  /** Whole milliseconds that passed here beyond the time outside. */
  #gained(): number {
    return this.#passed + Math.floor((systemClock.monotonic() - this.#since) * (this.#speed - 1))
  }
}
