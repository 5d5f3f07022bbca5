/** Runs acts one after the other where they have the same key, side by side where they have not. */
export class KeyedQueue<Key> {
  /** The end of each key's line. */
  readonly #tails = new Map<Key, Promise<unknown>>()

  /** Runs `act` when every act before it with this key has ended, however it ended. */
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
}
