/** Looks messages up in the blocks of a word. */
import { emptyBlock, type Block, type TermPostings } from './term-postings.ts'

/** Request offsets in descending order, or nearly so. */
export class BlockCursor {
  readonly postings: TermPostings
  readonly #block: Block
  #number = -1
  /** The offsets that the decoded block may contain. */
  #lowest = 1
  #last = 0
  #at = 0

  /** @param block into which blocks are decoded; no other cursor may use it meanwhile */
  constructor(postings: TermPostings, block = emptyBlock()) {
    this.postings = postings
    this.#block = block
  }

  /** How often a message contains the word: −1 not at all, 0 only in another form. `number` and `at` say where it is. */
  find(offset: number): number {
    if (offset < this.#lowest || offset > this.#last) {
      const number = this.postings.blockOf(offset)
      if (number >= this.postings.blocks) return -1
      this.decoded(number)
    }
    const { offsets, counts, size } = this.#block
    // The message is mostly near the one that was asked for before, and before it.
    let low = 0
    let high = size
    if (this.#at < size && (offsets[this.#at] ?? 0) >= offset) {
      high = this.#at
      for (let step = 1; high >= step; step <<= 1) {
        if ((offsets[high - step] ?? 0) < offset) {
          low = high - step + 1
          break
        }
        high -= step
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((offsets[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    this.#at = low
    return low < size && offsets[low] === offset ? (counts[low] ?? 0) : -1
  }

  /** The block that was decoded last, and where in it the message is that was found. */
  get number(): number {
    return this.#number
  }

  get at(): number {
    return this.#at
  }

  get block(): Block {
    return this.#block
  }

  /** A decoded block, which is valid until the next one is requested. */
  decoded(number: number): Block {
    if (number !== this.#number) {
      this.postings.decode(number, this.#block)
      this.#number = number
      this.#lowest = this.postings.lowest(number)
      this.#last = this.postings.lasts[number] ?? 0
      this.#at = this.#block.size - 1
    }
    return this.#block
  }
}
