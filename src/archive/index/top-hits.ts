/** Keeps the best messages of a search while it runs. */

/** A message that was found. */
export interface Hit {
  readonly seq: number
  /** The value by which hits are sorted: BM25, or the time in seconds. */
  readonly score: number
}

/** Of equal scores, the later message comes first. */
const isBetter = (score: number, seq: number, than_score: number, than_seq: number): boolean =>
  score > than_score || (score === than_score && seq > than_seq)

/** At most `limit` hits, all of them after `below`. */
export class TopHits {
  readonly limit: number
  readonly #below: Hit | undefined
  /** A heap whose root is the worst hit. */
  readonly #scores: number[] = []
  readonly #seqs: number[] = []

  constructor(limit: number, below?: Hit) {
    this.limit = limit
    this.#below = below
  }

  /** A message with this score or less is no longer accepted, if it is older than all accepted ones. */
  get threshold(): number {
    return this.#scores.length < this.limit ? -Infinity : (this.#scores[0] ?? -Infinity)
  }

  get size(): number {
    return this.#scores.length
  }

  offer(score: number, seq: number): void {
    const below = this.#below
    if (below !== undefined && !isBetter(below.score, below.seq, score, seq)) return
    if (this.#scores.length < this.limit) {
      this.#scores.push(score)
      this.#seqs.push(seq)
      this.#rise(this.#scores.length - 1)
    } else if (isBetter(score, seq, this.#scores[0] ?? 0, this.#seqs[0] ?? 0)) {
      this.#scores[0] = score
      this.#seqs[0] = seq
      this.#sink()
    }
  }

  /** Best first. */
  sorted(): readonly Hit[] {
    return this.#scores
      .map((score, at) => ({ score, seq: this.#seqs[at] ?? 0 }))
      .sort((a, b) => (isBetter(a.score, a.seq, b.score, b.seq) ? -1 : 1))
  }

  #worse(a: number, b: number): boolean {
    return isBetter(this.#scores[b] ?? 0, this.#seqs[b] ?? 0, this.#scores[a] ?? 0, this.#seqs[a] ?? 0)
  }

  #swap(a: number, b: number): void {
    const [score = 0, seq = 0] = [this.#scores[a], this.#seqs[a]]
    this.#scores[a] = this.#scores[b] ?? 0
    this.#seqs[a] = this.#seqs[b] ?? 0
    this.#scores[b] = score
    this.#seqs[b] = seq
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >>> 1
      if (!this.#worse(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#scores.length && this.#worse(child, least)) least = child
      }
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }
}
