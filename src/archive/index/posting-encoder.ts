/**
 * Encodes the postings of a word in one part of the index: blocks of messages, positions, and upper bounds of the
 * scores in a block.
 */

/** How many sequence numbers a part may span: an offset in it has two bytes. */
export const PART_RANGE = 1 << 16
/** Messages of one block, which is decoded or skipped as a whole. */
export const BLOCK_MESSAGES = 128
/** Offsets that a search examines together. */
export const WINDOW_BITS = 11
export const WINDOW = 1 << WINDOW_BITS
/** Windows of a part: as many as a number has bits. */
export const WINDOWS = PART_RANGE / WINDOW
/** Upper limit for how often a word in a message is counted. */
export const MOST_COUNT = 255
/**
 * Bytes of a block's head before its bounds: last offset (2), ends of its documents and positions (4 each), number of
 * bounds (1).
 */
export const HEAD_BYTES = 11
/** Bytes of a bound: count (1), words of the message (2). */
export const BOUND_BYTES = 3

/** The postings of one word in one part. Offsets are sequence numbers minus the first one of the part. */
export interface EncodedPostings {
  /** How many messages contain the word. */
  readonly found: number
  /** One for each block; empty if a single block holds them all. */
  readonly heads: Uint8Array
  readonly documents: Uint8Array
  readonly positions: Uint8Array
}

/** A byte buffer that grows as needed. */
class Bytes {
  #bytes = new Uint8Array(1024)
  length = 0

  varint(value: number): void {
    this.#reserve(5)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.length++] = rest
  }

  fixed(value: number, bytes: number): void {
    this.#reserve(bytes)
    for (let at = 0; at < bytes; at++) this.#bytes[this.length++] = (value >>> (8 * at)) & 0xff
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.length)
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const grown = new Uint8Array(2 * this.#bytes.length)
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Encodes the words of a part one by one: `add` the messages of a word in their order, then call `end`. */
export class PostingEncoder {
  readonly #documents = new Bytes()
  readonly #positions = new Bytes()
  readonly #heads = new Bytes()
  /** For each count in this block, the fewest words of a message with that count. */
  readonly #shortest = new Uint16Array(MOST_COUNT + 1)
  #most = 0
  #found = 0
  #last = 0

  /**
   * @param offset of the message in the part, higher than the previous one
   * @param words number of words of the message
   * @param positions where the word occurs in the message; none if the message contains only another form of it
   */
  add(offset: number, words: number, positions: Uint16Array, from: number, to: number): void {
    const first = this.#found % BLOCK_MESSAGES === 0
    if (first && this.#found > 0) this.#endBlock()
    const count = Math.min(to - from, MOST_COUNT)
    // Most messages need one byte: for a step of less than 64 and a word that occurs once.
    this.#documents.varint(((first ? offset : offset - this.#last) << 1) | (count === 1 ? 1 : 0))
    if (count !== 1) this.#documents.varint(count)
    let before = 0
    for (let at = from; at < from + count; at++) {
      const position = positions[at] ?? 0
      this.#positions.varint(position - before)
      before = position
    }
    const counted = Math.max(1, count)
    const shortest = this.#shortest[counted] ?? 0
    if (shortest === 0 || words < shortest) this.#shortest[counted] = Math.max(1, words)
    if (counted > this.#most) this.#most = counted
    this.#last = offset
    this.#found++
  }

  end(): EncodedPostings {
    if (this.#found > BLOCK_MESSAGES) this.#endBlock()
    const encoded = {
      found: this.#found,
      heads: this.#heads.taken(),
      documents: this.#documents.taken(),
      positions: this.#positions.taken(),
    }
    this.#documents.length = 0
    this.#positions.length = 0
    this.#heads.length = 0
    this.#shortest.fill(0, 0, this.#most + 1)
    this.#most = 0
    this.#found = 0
    return encoded
  }

  /**
   * The bounds are those messages that no other message of the block beats on both criteria: more occurrences, and
   * fewer words.
   */
  #endBlock(): void {
    this.#heads.fixed(this.#last, 2)
    this.#heads.fixed(this.#documents.length, 4)
    this.#heads.fixed(this.#positions.length, 4)
    const bounds: number[] = []
    let least = Infinity
    for (let count = this.#most; count > 0; count--) {
      const words = this.#shortest[count] ?? 0
      if (words === 0 || words >= least) continue
      least = words
      bounds.push(count, words)
    }
    this.#heads.fixed(bounds.length / 2, 1)
    for (const [at, value] of bounds.entries()) this.#heads.fixed(value, at % 2 === 0 ? 1 : 2)
    this.#shortest.fill(0, 0, this.#most + 1)
    this.#most = 0
  }
}
