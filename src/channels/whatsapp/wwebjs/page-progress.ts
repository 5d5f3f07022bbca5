/** How far the page of one client got, and the deadline of the step that it is in. */
import type { Clock } from '../../../platform/clock.ts'

/** `waiting`: the page shows a code, for which a person may need any time. */
export type PageStage = 'loading' | 'waiting' | 'ready'

export class PageProgress implements Disposable {
  readonly #clock: Clock
  readonly #tooLate: (what: string, milliseconds: number) => void
  #stage: PageStage = 'loading'
  #deadline: Disposable | undefined
  #disposed = false

  /** @param tooLate called when a step takes longer than it may */
  constructor(clock: Clock, tooLate: (what: string, milliseconds: number) => void) {
    this.#clock = clock
    this.#tooLate = tooLate
  }

  get stage(): PageStage {
    return this.#stage
  }

  /** The page is on its way: this step has a deadline, and the previous one is no longer waited for. */
  expect(what: string, milliseconds: number): void {
    this.#stage = 'loading'
    this.#deadline?.[Symbol.dispose]()
    if (this.#disposed) return
    this.#deadline = this.#clock.after(milliseconds, () => {
      this.#tooLate(what, milliseconds)
    })
  }

  /** The page reached a stage that may last for ever. */
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
