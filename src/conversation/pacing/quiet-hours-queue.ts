/** Holds messages that came during quiet hours and releases them when these end. */
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import type { QuietHours } from './quiet-hours.ts'

export interface QuietHoursQueueDeps<Item> {
  readonly quiet: Pick<QuietHours, 'left'>
  readonly clock: Clock
  /** Called when quiet hours have ended, with the waiting items in order. */
  release(items: readonly Item[]): void
}

/**
 * Messages wait here for the end of quiet hours. They are on disk already, so those still waiting when the process ends
 * are not lost.
 */
export class QuietHoursQueue<Item> implements Disposable {
  readonly #deps: QuietHoursQueueDeps<Item>
  #waiting: Item[] = []
  #timer: Disposable | undefined
  #closed = false

  constructor(deps: QuietHoursQueueDeps<Item>) {
    this.#deps = deps
  }

  add(item: Item): void {
    this.#waiting.push(item)
    this.watch()
  }

  /**
   * Checks whether quiet hours have ended. While they have not, it checks again at least every minute: the machine may
   * sleep, its clock may be set.
   */
  watch(): void {
    if (this.#closed) return
    this.#timer?.[Symbol.dispose]()
    const left = this.#deps.quiet.left()
    if (left > 0) {
      this.#timer = this.#deps.clock.after(Math.min(left, MINUTE_MS), () => {
        this.watch()
      })
      return
    }
    const wasWatching = this.#timer !== undefined
    this.#timer = undefined
    if (wasWatching || this.#waiting.length > 0) this.#deps.release(this.#waiting.splice(0))
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
    this.#waiting = []
  }
}
