/** Runs tasks with the same key one after the other, and tasks with different keys in parallel. */
export class KeyedQueue<Key> {
  /** The last task of each key. */
  readonly #tails = new Map<Key, Promise<unknown>>()

  /** Runs `act` once every earlier task with this key has ended, successfully or not. */
  async run<T>(key: Key, act: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve()
    const mine = before.catch(() => undefined).then(act)
    this.#tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key)
    }
  }

  /** Whether a task is running or waiting. */
  get busy(): boolean {
    return this.#tails.size > 0
  }

  /** Resolves when no task is running or waiting. */
  async whenIdle(): Promise<void> {
    while (this.busy) await Promise.allSettled(this.#tails.values())
  }
}
