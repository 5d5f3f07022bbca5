/** Lets long computations give way to other work on the event loop. */

/** Lets all waiting work go first: for the steps of a long sequence that would otherwise run without a pause. */
export const yieldToEventLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** How long background work keeps a turn waiting: a turn returns to the event loop about six times. */
const SLICE_MS = 2

/**
 * For long loops in the background: `pause` lets all other work go first whenever 2 ms have passed since the last time.
 */
export class TimeSlices {
  #began = performance.now()

  async pause(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return
    await yieldToEventLoop()
    this.#began = performance.now()
  }
}
