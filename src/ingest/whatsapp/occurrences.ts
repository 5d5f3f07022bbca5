/** Tells equal messages of one sender at one time apart by their number. */

/** Times that are held in memory. */
const MOST_TIMES = 100

/** Counts equal messages of one sender at one time: each is a message of its own. */
export class Occurrences {
  /** By time, the newest last; an export may step back by a little. */
  readonly #times = new Map<number, Map<string, number>>()

  /** 1 for the first. */
  next(at: number, key: string): number {
    const keys = this.#times.get(at) ?? new Map<string, number>()
    this.#times.delete(at)
    this.#times.set(at, keys)
    if (this.#times.size > MOST_TIMES) {
      const [oldest] = this.#times.keys()
      if (oldest !== undefined) this.#times.delete(oldest)
    }
    const count = (keys.get(key) ?? 0) + 1
    keys.set(key, count)
    return count
  }
}
