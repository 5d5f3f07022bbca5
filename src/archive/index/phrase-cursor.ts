/** Reads the positions of words, to find the messages in which the words of a phrase follow each other. */
import { BlockCursor } from './block-cursor.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { BLOCK_MESSAGES, MOST_COUNT } from './posting-encoder.ts'
import type { Phrase } from './search-plan.ts'
import { decodePositionsAt, type Block, type TermPostings } from './term-postings.ts'

/** Checks whether the words of a phrase follow each other in a message. */
export class PhraseCursor {
  readonly #words: readonly PositionCursor[]

  /** `undefined` words: the part does not contain them. */
  private constructor(words: readonly PositionCursor[]) {
    this.#words = words
  }

  /** @returns undefined if no message of the part contains one of the words */
  static open(reader: PartReader, part: IndexPart, { words }: Phrase): PhraseCursor | undefined {
    const cursors = new Map<string, PositionCursor>()
    for (const word of new Set(words)) {
      const postings = reader.postings(part, word)
      if (postings === undefined) return undefined
      cursors.set(word, new PositionCursor(postings, () => reader.positions(part, word)))
    }
    return new PhraseCursor(words.flatMap(word => cursors.get(word) ?? []))
  }

  isAt(offset: number): boolean {
    const [first, ...others] = this.#words
    if (first === undefined || first.read(offset) === 0) return false
    for (const each of others) if (each.read(offset) === 0) return false
    for (let begin = 0; begin < first.count; begin++) {
      const position = first.positions[begin] ?? 0
      if (others.every((each, at) => each.has(position + at + 1))) return true
    }
    return false
  }
}

class PositionCursor {
  /** Of the message that was read last: the first `count` of them, rising. */
  readonly positions = new Uint16Array(MOST_COUNT)
  count = 0
  #offset = -1
  readonly #cursor: BlockCursor
  readonly #read: () => Uint8Array
  #bytes: Uint8Array | undefined
  /** Where the positions of the messages of one block begin: of the first `#known` ones. */
  readonly #starts = new Uint32Array(BLOCK_MESSAGES)
  #number = -1
  #known = 0

  constructor(postings: TermPostings, read: () => Uint8Array) {
    this.#cursor = new BlockCursor(postings)
    this.#read = read
  }

  /** Reads the positions of the word in a message. @returns how many there are */
  read(offset: number): number {
    if (offset === this.#offset) return this.count
    this.#offset = offset
    this.count = Math.max(0, this.#cursor.find(offset))
    if (this.count === 0) return 0
    const { number, at, block } = this.#cursor
    this.#bytes ??= this.#read()
    decodePositionsAt(this.#bytes, this.#startOf(number, at, block), this)
    return this.count
  }

  #startOf(number: number, at: number, { counts }: Block): number {
    const starts = this.#starts
    if (number !== this.#number) {
      this.#number = number
      starts[0] = this.#cursor.postings.positionsFrom(number)
      this.#known = 1
    }
    if (at >= this.#known) {
      const bytes = this.#bytes ?? new Uint8Array()
      let from = starts[this.#known - 1] ?? 0
      for (let next = this.#known; next <= at; next++) {
        for (let left = counts[next - 1] ?? 0; left > 0; from++) if ((bytes[from] ?? 0) < 0x80) left--
        starts[next] = from
      }
      this.#known = at + 1
    }
    return starts[at] ?? 0
  }

  has(position: number): boolean {
    for (let at = 0; at < this.count; at++) {
      const own = this.positions[at] ?? 0
      if (own >= position) return own === position
    }
    return false
  }
}
