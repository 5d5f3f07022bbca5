/** Lets long computations give way to other work on the event loop. */

/** Lets all waiting work go first: for the steps of a long sequence that would otherwise run without a pause. */
export const yieldToEventLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** How long background work keeps a turn waiting: a turn returns to the event loop about six times. */
const SLICE_MS = 2
/** Slices of work that a person waits for. They are longer, because background work runs each time it pauses. */
export const ANSWER_SLICE_MS = 8

/**
 * For long loops: `pause` lets all other work run whenever `slice_ms` have passed since the last time.
 */
export class TimeSlices {
  readonly #slice_ms: number
  #began = performance.now()

  constructor(slice_ms = SLICE_MS) {
    this.#slice_ms = slice_ms
  }

  /** Whether the slice is over: what cannot be left in the middle ends then, and pauses. */
  get isOver(): boolean {
    return performance.now() - this.#began >= this.#slice_ms
  }

  async pause(): Promise<void> {
    if (!this.isOver) return
    await yieldToEventLoop()
    this.#began = performance.now()
  }
}
