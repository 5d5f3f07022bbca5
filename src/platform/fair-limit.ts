/** Limits how many actions run at once, and shares the places fairly among the callers. */

interface Waiting {
  readonly start: () => void
}

/**
 * Runs at most `most` actions at once. No key gets more than half of the places, and free places go to each key in
 * turn: a key with many requests keeps no other waiting for longer than one action.
 */
export class FairLimit<Key> {
  readonly #most: number
  readonly #most_of_key: number
  /** Keys with waiting actions, in the order in which they get a place. */
  readonly #waiting = new Map<Key, Waiting[]>()
  readonly #running = new Map<Key, number>()
  #places_taken = 0

  constructor(most: number) {
    this.#most = most
    this.#most_of_key = Math.max(1, Math.ceil(most / 2))
  }

  /** Runs `act` once there is a place for its key. */
  async run<T>(key: Key, act: () => Promise<T>): Promise<T> {
    await this.#place(key)
    try {
      return await act()
    } finally {
      this.#free(key)
    }
  }

  async #place(key: Key): Promise<void> {
    const placed = Promise.withResolvers<undefined>()
    const waiting = this.#waiting.get(key) ?? []
    waiting.push({
      start: () => {
        placed.resolve(undefined)
      },
    })
    this.#waiting.set(key, waiting)
    this.#fill()
    await placed.promise
  }

  #free(key: Key): void {
    const running = (this.#running.get(key) ?? 1) - 1
    if (running === 0) this.#running.delete(key)
    else this.#running.set(key, running)
    this.#places_taken--
    this.#fill()
  }

  #fill(): void {
    while (this.#places_taken < this.#most) {
      const next = [...this.#waiting.keys()].find(key => (this.#running.get(key) ?? 0) < this.#most_of_key)
      if (next === undefined) return
      this.#start(next)
    }
  }

  #start(key: Key): void {
    const [first, ...others] = this.#waiting.get(key) ?? []
    // Move it behind the other keys: each gets a place before this one gets its next.
    this.#waiting.delete(key)
    if (others.length > 0) this.#waiting.set(key, others)
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1)
    this.#places_taken++
    first?.start()
  }
}
