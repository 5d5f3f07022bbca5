/** Runs tasks one after the other where they have the same key, side by side where they have not. */
export class KeyedQueue<Key> {
  /** The last task of each key. */
  readonly #tails = new Map<Key, Promise<unknown>>()

  /** Runs `act` when every earlier task with this key has ended, however it ended. */
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
