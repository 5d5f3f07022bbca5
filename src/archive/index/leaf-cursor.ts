/** Iterates over the messages of a part that contain a word, and over the positions of the word in them. */
import { Bm25 } from './bm25.ts'
import { BLOCK_MESSAGES, MOST_COUNT, PART_RANGE, PostingEncoder, WINDOW } from './posting-encoder.ts'
import { placeOf, type Columns } from './columns.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import type { Leaf, Phrase } from './search-plan.ts'
import { decodePositionsAt, emptyBlock, TermPostings, type Block } from './term-postings.ts'

/** The postings of a leaf in a part; those of several terms are combined. */
export const postingsOf = (
  reader: PartReader,
  part: IndexPart,
  { terms }: Pick<Leaf, 'terms'>,
  columns: Columns,
): TermPostings | undefined => {
  const [first] = terms
  if (terms.length === 1 && first !== undefined) return reader.postings(part, first)
  return reader.joined(part, terms, () => {
    const found = terms.flatMap(term => reader.postings(part, term) ?? [])
    return found.length <= 1 ? found[0] : union(found, part, columns)
  })
}

const union = (all: readonly TermPostings[], { first }: IndexPart, columns: Columns): TermPostings => {
  // Counts plus 1: a count of 0 is a form that can be found but is not counted.
  const counts = new Uint16Array(PART_RANGE)
  const block = emptyBlock()
  for (const postings of all) {
    for (let number = 0; number < postings.blocks; number++) {
      postings.decode(number, block)
      for (let at = 0; at < block.size; at++) {
        const offset = block.offsets[at] ?? 0
        counts[offset] = Math.max(counts[offset] ?? 0, (block.counts[at] ?? 0) + 1)
      }
    }
  }
  const encoder = new PostingEncoder()
  const lengths = columns.column('words')
  const positions = new Uint16Array(BLOCK_MESSAGES * 2)
  for (let offset = 0; offset < PART_RANGE; offset++) {
    const count = counts[offset] ?? 0
    if (count > 0)
      encoder.add(offset, lengths[first + offset] ?? 1, positions, 0, Math.min(count - 1, positions.length))
  }
  return new TermPostings(encoder.end())
}

/** How many words the messages of a part have. */
export interface MessageLengths {
  /** By sequence number. */
  readonly words: ArrayLike<number>
  /** The first sequence number of the part. */
  readonly first: number
}

const NO_SCORE = new Bm25(0, 1)
/** Nothing was decoded yet. */
const NO_BLOCK: Block = { size: 0, offsets: new Uint16Array(), counts: new Uint8Array() }
const NO_LENGTHS: MessageLengths = { words: [], first: 0 }

/** The messages of a part that contain one word. Request offsets in descending order, or nearly so. */
export class LeafCursor {
  readonly postings: TermPostings
  readonly #bm25: Bm25
  readonly #lengths: MessageLengths
  #block: Block = NO_BLOCK
  #number = -1
  /** The block of the last `boundAt`. */
  #bounded = 0
  /** The offsets that the decoded block may contain. */
  #lowest = 1
  #last = 0
  #at = 0

  constructor(postings: TermPostings, bm25: Bm25, lengths: MessageLengths) {
    this.postings = postings
    this.#bm25 = bm25
    this.#lengths = lengths
  }

  /** How often a message contains the word: −1 not at all, 0 only in another form. */
  countAt(offset: number): number {
    if (offset < this.#lowest || offset > this.#last) {
      const count = this.postings.quickCount(offset)
      if (count !== undefined) return count === 0 ? -1 : count
    }
    return this.find(offset)
  }

  /** The same, and goes to the message: `number`, `at` and `block` say where it is. */
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

  /** The block, and where in it the message is that `find` went to last. */
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
      if (this.#block === NO_BLOCK) this.#block = emptyBlock()
      this.postings.decode(number, this.#block)
      this.#number = number
      this.#lowest = this.postings.lowest(number)
      this.#last = this.postings.lasts[number] ?? 0
      this.#at = this.#block.size - 1
    }
    return this.#block
  }

  bound(number: number): number {
    // With a single block, there is no head that contains the bound.
    return this.postings.blocks === 1 ? this.#best(0, PART_RANGE) : this.postings.bound(number, this.#bm25)
  }

  /** What the word scores at most in the message at an offset, by its length; at most `bound`. Decodes nothing. */
  boundAt(offset: number, bound: number): number {
    const { postings } = this
    let number = this.#bounded
    if (offset < postings.lowest(number) || offset > (postings.lasts[number] ?? 0)) {
      number = postings.blockOf(offset)
      if (number >= postings.blocks) return 0
      this.#bounded = number
    }
    const own = postings.boundOf(number, this.#bm25, this.wordsAt(offset))
    return own === undefined || own > bound ? bound : own
  }

  /** Highest score of a message between two offsets, both inclusive; 0 if none of them contains the word. */
  boundWithin(low: number, high: number): number {
    const { postings } = this
    if (postings.blocks === 1) return this.#best(low, high)
    if (low % WINDOW === 0 && high < low + WINDOW) return postings.windowBound(low / WINDOW, this.#bm25)
    let best = 0
    for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
      best = Math.max(best, this.bound(number))
    }
    return best
  }

  /** Whether a message between two offsets may contain the word. */
  mayBeWithin(low: number, high: number): boolean {
    const number = this.postings.blockOf(low)
    return number < this.postings.blocks && this.postings.lowest(number) <= high
  }

  /** What the word scores in the message at an offset that contains it `count` times. */
  score(count: number, offset: number): number {
    return this.#bm25.score(count, this.wordsAt(offset))
  }

  /** What the word scores in the message at an offset, if that is known without decoding anything. */
  quickScore(offset: number): number | undefined {
    const count = this.postings.quickCount(offset)
    return count === undefined || count === 0 ? count : this.score(count, offset)
  }

  /** How many words the message at an offset has. */
  wordsAt(offset: number): number {
    const { words, first } = this.#lengths
    return words[first + offset] ?? 1
  }

  /** A message with more words than this scores less than `least` (`Bm25.mostWords`). */
  mostWords(count: number, least: number): number {
    return this.#bm25.mostWords(count, least)
  }

  /** The highest score between two offsets, for a word with one block. */
  #best(low: number, high: number): number {
    const { offsets, counts, size } = this.decoded(0)
    let best = 0
    let at = placeOf(offsets, low, size)
    for (; at < size && (offsets[at] ?? 0) <= high; at++) {
      best = Math.max(best, this.score(counts[at] ?? 0, offsets[at] ?? 0))
    }
    return best
  }
}

/** A word, and the most that it scores where a search looks. */
export interface BoundedWord {
  readonly cursor: LeafCursor
  readonly bound: number
}

/** Sums in a different order may differ in their last digits. */
export const SLACK = 1 + 1e-9

/** The rarest first; and for each word, the most that those after it score together. */
export const byFound = (
  words: readonly BoundedWord[],
): { readonly cursors: readonly LeafCursor[]; readonly later: readonly number[] } => {
  const sorted = words.toSorted((a, b) => a.cursor.postings.found - b.cursor.postings.found)
  const later: number[] = []
  let sum = 0
  for (let at = sorted.length - 1; at >= 0; at--) {
    later[at] = sum
    sum += sorted[at]?.bound ?? 0
  }
  return { cursors: sorted.map(({ cursor }) => cursor), later }
}

/** Words with their bounds in one window after another. */
export class BoundedWords {
  readonly #words: { readonly cursor: LeafCursor; bound: number }[]
  /** By rising bounds. */
  readonly #rising: { readonly cursor: LeafCursor; bound: number }[]

  constructor(cursors: readonly LeafCursor[]) {
    this.#words = cursors.map(cursor => ({ cursor, bound: 0 }))
    this.#rising = [...this.#words]
  }

  get rising(): readonly BoundedWord[] {
    return this.#rising
  }

  /** Goes to a window. @returns what all words score at most in a message of it */
  moveTo({ low, high }: { readonly low: number; readonly high: number }): number {
    let sum = 0
    for (const each of this.#words) {
      each.bound = each.cursor.boundWithin(low, high)
      sum += each.bound
    }
    return sum
  }

  /** Sorts the words by their bounds. @returns how many of the first ones cannot reach a threshold together */
  leftOutBelow(threshold: number): number {
    // Nearly sorted by the window before.
    this.#rising.sort((a, b) => a.bound - b.bound)
    let rest = 0
    for (let at = 0; at < this.#rising.length; at++) {
      rest += this.#rising[at]?.bound ?? 0
      if (rest * SLACK > threshold) return at
    }
    return this.#rising.length
  }
}

/**
 * Whether a message can reach a threshold: first by its length, then word by word, those of high bounds first, until the
 * rest cannot make up for a word that is missing.
 * @param most a bound of its score, in which these words have their bounds
 */
export const mayReach = (threshold: number, most: number, words: readonly BoundedWord[], offset: number): boolean => {
  let left = most
  for (let at = words.length - 1; at >= 0; at--) {
    if (left * SLACK < threshold) return false
    const { cursor, bound } = words[at] as BoundedWord
    // What is known at once need not be bounded first.
    left += (cursor.quickScore(offset) ?? cursor.boundAt(offset, bound)) - bound
  }
  for (let at = words.length - 1; at >= 0 && left * SLACK >= threshold; at--) {
    const { cursor, bound } = words[at] as BoundedWord
    if (cursor.quickScore(offset) !== undefined) continue
    const count = cursor.countAt(offset)
    left += (count < 0 ? 0 : cursor.score(count, offset)) - cursor.boundAt(offset, bound)
  }
  return left * SLACK >= threshold
}

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
  readonly #cursor: LeafCursor
  readonly #read: () => Uint8Array
  #bytes: Uint8Array | undefined
  /** Where the positions of the messages of one block begin: of the first `#known` ones. */
  readonly #starts = new Uint32Array(BLOCK_MESSAGES)
  #number = -1
  #known = 0

  constructor(postings: TermPostings, read: () => Uint8Array) {
    this.#cursor = new LeafCursor(postings, NO_SCORE, NO_LENGTHS)
    this.#read = read
  }

  /** Reads the positions of the word in a message. @returns how many there are */
  read(offset: number): number {
    if (offset === this.#offset) return this.count
    this.#offset = offset
    this.count = Math.max(0, this.#cursor.countAt(offset))
    if (this.count === 0) return 0
    this.#cursor.find(offset)
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
