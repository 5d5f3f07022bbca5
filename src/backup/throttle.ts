/** Limits the bytes per second that a backup reads and writes, so that the disk stays free for the bot. */
import { SECOND_MS, type Clock } from '../platform/clock.ts'

/** Shorter pauses than this are not worth taking. */
const LEAST_PAUSE_MS = 5

export class Throttle {
  readonly #clock: Clock
  readonly #bytes_per_second: number
  #free_at: number

  constructor(clock: Clock, bytes_per_second: number) {
    this.#clock = clock
    this.#bytes_per_second = bytes_per_second
    this.#free_at = clock.monotonic()
  }

  /** How many milliseconds to wait after reading or writing this many bytes. */
  delay(bytes: number): number {
    const now = this.#clock.monotonic()
    this.#free_at = Math.max(this.#free_at, now) + (bytes / this.#bytes_per_second) * SECOND_MS
    const delay = this.#free_at - now
    return delay < LEAST_PAUSE_MS ? 0 : delay
  }

  async pause(bytes: number, signal: AbortSignal): Promise<void> {
    const delay = this.delay(bytes)
    if (delay > 0) await this.#clock.sleep(delay, signal)
    else signal.throwIfAborted()
  }
}
