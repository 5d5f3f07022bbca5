/** Lets urgent work go before long work that takes many steps, where both share one thread. */
import { yieldToEventLoop } from './yield.ts'

export class Precedence {
  #urgent = 0
  #over = Promise.withResolvers<undefined>()

  /** Runs urgent work: long work waits meanwhile. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#urgent++ === 0) this.#over = Promise.withResolvers<undefined>()
    try {
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
}
