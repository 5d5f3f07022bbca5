/** The progress of one client's page, and the deadline of its current step. */
import type { Clock } from '../../../platform/clock.ts'

/** `waiting`: the page shows a code; a person may need any amount of time for it. */
export type PageStage = 'loading' | 'waiting' | 'ready'

export class PageProgress implements Disposable {
  readonly #clock: Clock
  readonly #tooLate: (what: string, milliseconds: number) => void
  #stage: PageStage = 'loading'
  #deadline: Disposable | undefined
  #disposed = false

  /** @param tooLate called when a step exceeds its deadline */
  constructor(clock: Clock, tooLate: (what: string, milliseconds: number) => void) {
    this.#clock = clock
    this.#tooLate = tooLate
  }

  get stage(): PageStage {
    return this.#stage
  }

  /** Starts a step with a deadline; the previous step is no longer waited for. */
  expect(what: string, milliseconds: number): void {
    this.#stage = 'loading'
    this.#deadline?.[Symbol.dispose]()
    if (this.#disposed) return
    this.#deadline = this.#clock.after(milliseconds, () => {
      this.#tooLate(what, milliseconds)
    })
  }

  /** The page reached a stage without a deadline. */
  settle(stage: 'waiting' | 'ready'): void {
    this.#stage = stage
    this.#deadline?.[Symbol.dispose]()
  }

  /** Nothing is expected any more. */
  [Symbol.dispose](): void {
    this.#disposed = true
    this.#deadline?.[Symbol.dispose]()
  }
}
