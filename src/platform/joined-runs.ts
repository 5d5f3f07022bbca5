/** Joins requests for work that covers everything requested before it began. */

/**
 * One run at a time. A request is served by a run that begins after it. All requests that wait for the next run share
 * it, so a burst of them costs two runs.
 */
export class JoinedRuns<Result> {
  readonly #act: () => Promise<Result>
  #running: Promise<unknown> = Promise.resolve()
  #next: Promise<Result> | undefined

  constructor(act: () => Promise<Result>) {
    this.#act = act
  }

  /** Settles like the run that serves this request. */
  async run(): Promise<Result> {
    this.#next ??= this.#begin()
    return await this.#next
  }

  async #begin(): Promise<Result> {
    await this.#running.catch(() => undefined)
    this.#next = undefined
    const run = this.#act()
    this.#running = run
    return await run
  }
}
