/**
 * Limits the bytes per second that a backup reads and writes, and lets answers to people go first, so that the disk and
 * the processor stay free for the bot.
 */
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import { isUnderWay, type UrgentWorkCount } from '../platform/urgent-work.ts'

/** Shorter pauses than this are not worth taking. */
const LEAST_PAUSE_MS = 5
/** While an answer is being prepared, a backup pauses for so long, works for so long, and looks again. */
const URGENT_PAUSE_MS = 20

export class Throttle {
  readonly #clock: Clock
  readonly #bytes_per_second: number
  readonly #urgent: UrgentWorkCount | undefined
  #free_at: number
  /** Until then, a backup does not pause again for an answer: it must go on even if answers never end. */
  #patient_until: number

  /** @param urgent the answers that a backup lets go first; none by default */
  constructor(clock: Clock, bytes_per_second: number, urgent?: UrgentWorkCount) {
    this.#clock = clock
    this.#bytes_per_second = bytes_per_second
    this.#urgent = urgent
    this.#free_at = clock.monotonic()
    this.#patient_until = this.#free_at
  }

  /** How many milliseconds to wait after reading or writing this many bytes. */
  delay(bytes: number): number {
    const now = this.#clock.monotonic()
    this.#free_at = Math.max(this.#free_at, now) + (bytes / this.#bytes_per_second) * SECOND_MS
    const delay = this.#free_at - now
    return Math.max(delay < LEAST_PAUSE_MS ? 0 : delay, this.#urgentPause(now))
  }

  #urgentPause(now: number): number {
    if (this.#urgent === undefined || now < this.#patient_until || !isUnderWay(this.#urgent)) return 0
    this.#patient_until = now + 2 * URGENT_PAUSE_MS
    return URGENT_PAUSE_MS
  }

  async pause(bytes: number, signal: AbortSignal): Promise<void> {
    const delay = this.delay(bytes)
    if (delay > 0) await this.#clock.sleep(delay, signal)
    else signal.throwIfAborted()
  }
}
