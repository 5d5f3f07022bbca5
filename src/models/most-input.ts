/** Learns how many tokens a model counts more than we do, so that reservations are large enough. */

/** What shaping may add to the messages of a request: separators, and the sentences at its beginning and end. */
const SHAPE_TOKENS = 32
/** For smaller requests, what a provider adds to each request would look like a different way of counting. */
const LEAST_LEARNED_TOKENS = 500
/** A provider that counts more than this is wrong, and must not block everyone. */
const MOST_RATIO = 4

/** The most tokens that a model counts for an input, judging by its previous counts. */
export class MostInput {
  #ratio = 1

  /** @param counted tokens of a request in our count */
  of(counted: number): number {
    return Math.ceil(counted * this.#ratio) + SHAPE_TOKENS
  }

  learn(counted: number, taken: number): void {
    if (counted < LEAST_LEARNED_TOKENS) return
    this.#ratio = Math.min(MOST_RATIO, Math.max(this.#ratio, taken / counted))
  }
}
