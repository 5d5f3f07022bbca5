/** Lets urgent work go before long work, where both share one thread or one file. */
import { yieldToEventLoop } from './yield.ts'

/** Long work without steps that is running. */
interface Running {
  readonly stop: AbortController
  readonly ended: Promise<unknown>
}

export class Precedence {
  #urgent = 0
  #over = Promise.withResolvers<undefined>()
  readonly #running = new Set<Running>()

  /** Runs urgent work: long work waits meanwhile. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#urgent++ === 0) this.#over = Promise.withResolvers<undefined>()
    try {
      for (const { stop } of this.#running) stop.abort()
      await Promise.all([...this.#running].map(({ ended }) => ended))
      return await act()
    } finally {
      if (--this.#urgent === 0) this.#over.resolve(undefined)
    }
  }

  /** Between two steps of long work: everything else that waits goes first, and urgent work up to its end. */
  async giveWay(): Promise<void> {
    await yieldToEventLoop()
    while (this.#urgent > 0) await this.#over.promise
  }

  /**
   * Runs long work that cannot give way between two steps. Urgent work aborts it, waits until it has ended, and lets it
   * begin again afterwards.
   */
  async restartable<T>(act: (stop: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      await this.giveWay()
      const stop = new AbortController()
      const result = act(stop.signal)
      const running = { stop, ended: result.catch(() => undefined) }
      this.#running.add(running)
      try {
        return await result
      } catch (error) {
        if (!stop.signal.aborted) throw error
      } finally {
        this.#running.delete(running)
      }
    }
  }
}
