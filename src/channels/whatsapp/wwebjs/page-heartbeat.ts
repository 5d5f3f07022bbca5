/** Runs a health check again and again, one at a time; a check that failed is repeated at once. */
import type { Clock } from '../../../platform/clock.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { DenidinError } from '../../../platform/errors.ts'

export interface PageHeartbeatDeps<T> {
  readonly clock: Clock
  /** Asks the page; may never resolve. */
  readonly ask: () => Promise<T>
  /** Pause before the next check, in milliseconds. */
  readonly pause_ms: () => number
  /** Deadline for one check, in milliseconds. */
  readonly deadline_ms: number
  readonly answered: (answer: T) => void
  /** The page failed or did not answer in time, this many times in a row. */
  readonly missed: (misses: number, error: unknown) => void
}

export class PageHeartbeat<T> implements Disposable {
  readonly #deps: PageHeartbeatDeps<T>
  readonly #end = new AbortController()
  /** Ends the current pause. */
  #skipPause: () => void = () => undefined

  constructor(deps: PageHeartbeatDeps<T>) {
    this.#deps = deps
  }

  start(): void {
    void this.#run()
  }

  /** Checks now instead of at the end of the pause. */
  checkNow(): void {
    this.#skipPause()
  }

  [Symbol.dispose](): void {
    this.#end.abort(new DenidinError('stopping', 'the page is no longer checked'))
  }

  async #run(): Promise<void> {
    const { clock, ask, deadline_ms } = this.#deps
    const { signal } = this.#end
    const isOver = (): boolean => signal.aborted
    let misses = 0
    while (!isOver()) {
      // After the first miss another check follows immediately; after that, a page that fails immediately gets the
      // usual pauses.
      if (misses !== 1) await this.#pause()
      if (isOver()) return
      try {
        const answer = await withDeadline(clock, deadline_ms, 'the health check of the page', ask, signal)
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
    const skipped = new AbortController()
    this.#skipPause = () => {
      skipped.abort(new DenidinError('stopping', 'the pause is over'))
    }
    await clock.sleep(pause_ms(), AbortSignal.any([this.#end.signal, skipped.signal])).catch(() => undefined)
  }
}
