/**
 * BM25 of a word for the messages that contain it. Source: Robertson and Zaragoza, "The probabilistic relevance
 * framework", 2009; the usual values of both parameters.
 */
const K1 = 1.2
const B = 0.75

export class Bm25 {
  readonly #weight: number
  readonly #fixed = K1 * (1 - B)
  readonly #by_word: number
  /** Number of words of a message, on average. */
  readonly average: number

  /**
   * @param weight of the word
   * @param average number of words of a message
   */
  constructor(weight: number, average: number) {
    this.#weight = weight * (K1 + 1)
    this.#by_word = (K1 * B) / average
    this.average = average
  }

  /** The score of a message that contains the word `count` times (0: only in another form) in `words` words. */
  score(count: number, words: number): number {
    const counted = count === 0 ? 1 : count
    return (this.#weight * counted) / (counted + this.#fixed + this.#by_word * words)
  }

  /** A message with more words than this scores less than `least`, if it contains the word `count` times. */
  mostWords(count: number, least: number): number {
    if (least <= 0) return Infinity
    const counted = count === 0 ? 1 : count
    // One word more, for what is lost in rounding.
    return ((this.#weight * counted) / least - counted - this.#fixed) / this.#by_word + 1
  }
}
