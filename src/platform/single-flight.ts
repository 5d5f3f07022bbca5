/** Joins calls that would do the same work: while one runs, further calls with its key get its result. */
export class SingleFlight<Key, Result> {
  readonly #running = new Map<Key, Promise<Result>>()

  /** Runs `act`, or waits for the running call with this key; all callers get the same result or error. */
  async run(key: Key, act: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(key)
    if (running !== undefined) return await running
    const started = act()
    this.#running.set(key, started)
    try {
      return await started
    } finally {
      this.#running.delete(key)
    }
  }
}
