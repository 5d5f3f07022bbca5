/** Quantiles of a stream of positive numbers in fixed memory: a histogram with buckets of equal relative width. */

/** A quantile differs from the exact one by at most this share of it. */
export const QUANTILE_ERROR = 0.01

const GROWTH = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
const LOG_GROWTH = Math.log(GROWTH)
/** Smaller numbers count as 0, larger ones as the greatest: percentages are within these bounds. */
const LEAST = 0.1
const MOST = 1e6
const FIRST_BUCKET = Math.floor(Math.log(LEAST) / LOG_GROWTH)
const BUCKETS = Math.ceil(Math.log(MOST) / LOG_GROWTH) - FIRST_BUCKET + 1

/** Source: C. Masson and others, DDSketch (2019), with a fixed number of buckets. */
export class QuantileSketch {
  readonly #buckets = new Uint32Array(BUCKETS)
  #zeros = 0
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  /** @param value at least 0 */
  add(value: number): void {
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (value < LEAST) this.#zeros++
    else {
      const at = Math.ceil(Math.log(Math.min(value, MOST)) / LOG_GROWTH) - FIRST_BUCKET
      this.#buckets[at] = (this.#buckets[at] ?? 0) + 1
    }
  }

  get count(): number {
    return this.#count
  }

  /** Exact; 0 if there are no values. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count
  }

  /** Exact; 0 if there are no values. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min
  }

  /** Exact; 0 if there are no values. */
  get max(): number {
    return this.#max
  }

  /**
   * The smallest value that at least this share of all values does not exceed, within `QUANTILE_ERROR`; 0 if there are
   * none.
   */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count))
    let passed = this.#zeros
    if (passed >= rank || this.#count === 0) return this.min
    for (const [at, count] of this.#buckets.entries()) {
      passed += count
      if (passed < rank) continue
      const middle = (2 * GROWTH ** (at + FIRST_BUCKET)) / (1 + GROWTH)
      return Math.min(Math.max(middle, this.#min), this.#max)
    }
    return this.#max
  }
}
