/** Work that runs in the background and is waited for only when DeniDin stops. */
import { asDenidinError } from './errors.ts'
import type { Logger } from './logger.ts'

/** Runs actions that no one waits for. A failure is logged, and stopping waits for the actions under way. */
export class BackgroundTasks {
  readonly #logger: Logger
  readonly #under_way = new Set<Promise<void>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Starts `act`. `what` names it in the log if it fails. */
  run(what: string, act: () => Promise<unknown>): void {
    const running = act()
      .then(() => undefined)
      .catch((error: unknown) => {
        const { code, message } = asDenidinError(error)
        this.#logger.error(`${what} failed`, { code, reason: message })
      })
      .finally(() => this.#under_way.delete(running))
    this.#under_way.add(running)
  }

  /**
   * For an action that is requested often and does all pending work each time: if it is requested while it is running,
   * it runs once more afterwards, however often it was requested.
   */
  coalesced(what: string, act: () => Promise<unknown>): () => void {
    let running = false
    let asked = 0
    const rounds = async (): Promise<void> => {
      running = true
      try {
        let answered: number
        do {
          answered = asked
          await act()
        } while (answered !== asked)
      } finally {
        running = false
      }
    }
    return () => {
      asked++
      if (!running) this.run(what, rounds)
    }
  }

  /** Resolves when nothing is running any more. */
  async whenIdle(): Promise<void> {
    while (this.#under_way.size > 0) await Promise.all(this.#under_way)
  }
}
