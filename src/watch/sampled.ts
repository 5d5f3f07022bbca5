/** Reads a value at most once in a while, however often and by however many it is asked for. */
import type { Clock } from '../platform/clock.ts'

export class Sampled<T> {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #every_ms: number
  readonly #read: () => Promise<T>
  #last: { readonly at: number; readonly value: Promise<T> } | undefined

  constructor(clock: Pick<Clock, 'monotonic'>, every_ms: number, read: () => Promise<T>) {
    this.#clock = clock
    this.#every_ms = every_ms
    this.#read = read
  }

  /** The value, at most `every_ms` old. @throws what reading it throws; it is read again after the same time */
  value(): Promise<T> {
    const now = this.#clock.monotonic()
    if (this.#last === undefined || now - this.#last.at >= this.#every_ms) {
      this.#last = { at: now, value: this.#read() }
    }
    return this.#last.value
  }
}
