import type { Clock } from '../../../platform/clock.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { DenidinError } from '../../../platform/errors.ts'

export interface PageHeartbeatDeps<T> {
  readonly clock: Clock
  /** Asks the page; may take for ever. */
  readonly ask: () => Promise<T>
  /** Pause before the next look, in milliseconds. */
  readonly pause_ms: () => number
  /** For the answer to one look, in milliseconds. */
  readonly deadline_ms: number
  answered(answer: T): void
  /** It did not answer in time, or failed; `misses` in a row. */
  missed(misses: number, error: unknown): void
}

/** Looks at a page again and again, one look at a time; a look that failed is repeated at once. */
export class PageHeartbeat<T> implements Disposable {
  readonly #deps: PageHeartbeatDeps<T>
  readonly #end = new AbortController()
  #poke: () => void = () => undefined

  constructor(deps: PageHeartbeatDeps<T>) {
    this.#deps = deps
  }

  start(): void {
    void this.#run()
  }

  /** Looks now instead of at the end of the pause. */
  hurry(): void {
    this.#poke()
  }

  [Symbol.dispose](): void {
    this.#end.abort(new DenidinError('stopping', 'the page is no longer looked at'))
  }

  async #run(): Promise<void> {
    const { clock, ask, deadline_ms } = this.#deps
    const { signal } = this.#end
    const isOver = (): boolean => signal.aborted
    let misses = 0
    while (!isOver()) {
      // The first miss is followed by another look at once; a page that fails at once gets its time all the same.
      if (misses !== 1) await this.#pause()
      if (isOver()) return
      try {
        const answer = await withDeadline(clock, deadline_ms, 'the look at the page', ask, signal)
        misses = 0
        this.#deps.answered(answer)
      } catch (error) {
        if (isOver()) return
        misses += 1
        this.#deps.missed(misses, error)
      }
    }
  }

  async #pause(): Promise<void> {
    const { clock, pause_ms } = this.#deps
    const poked = new AbortController()
    this.#poke = () => {
      poked.abort(new DenidinError('stopping', 'the pause is over'))
    }
    await clock.sleep(pause_ms(), AbortSignal.any([this.#end.signal, poked.signal])).catch(() => undefined)
  }
}
