/** A word of a query in one part of the index, a window of messages at a time: which contain it, and what it scores. */
import type { Bm25 } from './bm25.ts'
import type { LengthSets } from './message-lengths.ts'
import { addBoth, addOffset, eitherOf, hasOffset, OFFSETS_OF_NUMBER, type OffsetBits } from './offset-bits.ts'
import { WINDOW, WINDOW_BITS, WINDOWS } from './posting-encoder.ts'
import type { PartLengths, TermPostings } from './term-postings.ts'

/** Numbers of the set of a window. */
export const NUMBERS_OF_WINDOW = WINDOW / OFFSETS_OF_NUMBER
/** In place of a window: all messages of the part. */
export const WHOLE_PART = -1
const NO_WINDOW = -2
const NO_BITS: OffsetBits = new Int32Array()

/** What the messages of a part are scored with. */
export interface Lengths extends PartLengths {
  readonly sets: LengthSets
}

export class LeafCursor {
  readonly postings: TermPostings
  /** The messages of the window that contain the word: the set begins at number `from`. Valid after `read`. */
  bits = NO_BITS
  from = 0
  /** One bit for each window that may contain the word. */
  readonly windows: number
  /** What the word scores at most in each window. */
  readonly bounds = new Float64Array(WINDOWS)
  readonly #bm25: Bm25
  readonly #lengths: Lengths
  /** The window that was read. */
  #window = NO_WINDOW
  /** How often each message of a window contains the word: of the window of the message that was looked up last. */
  readonly #counts: Uint8Array
  #counted = NO_WINDOW

  /** @param counts of a window, which no other cursor uses meanwhile */
  constructor(postings: TermPostings, bm25: Bm25, lengths: Lengths, counts: Uint8Array) {
    this.postings = postings
    this.#counts = counts
    this.#bm25 = bm25
    this.#lengths = lengths
    const bests = postings.bestsOf(bm25.average, lengths)
    this.windows = bests.windows
    for (let window = 0; window < WINDOWS; window++) {
      const count = bests.counts[window] ?? 0
      if (count > 0) this.bounds[window] = bm25.score(count, bests.words[window] ?? 0)
    }
  }

  /** Goes to a window, or to the whole part. */
  read(window: number): void {
    if (window === this.#window) return
    this.#window = window
    if (window === WHOLE_PART) {
      this.bits = this.postings.offsets
      this.from = 0
    } else if (this.postings.isDense) {
      this.bits = this.postings.planes.all
      this.from = window * NUMBERS_OF_WINDOW
    } else this.#readMessages(window)
  }

  #readMessages(window: number): void {
    const { offsets, begins } = this.postings.messages
    if (this.bits === NO_BITS) this.bits = new Int32Array(NUMBERS_OF_WINDOW)
    else this.bits.fill(0)
    const to = begins[window + 1] ?? 0
    for (let at = begins[window] ?? 0; at < to; at++) addOffset(this.bits, (offsets[at] ?? 0) & (WINDOW - 1))
  }

  /** Adds the messages of a window to a set that may score as much; some of them score less. */
  addScoring(set: OffsetBits, window: number, least: number): void {
    if (this.postings.isDense) this.#addDense(set, window, least)
    else this.#addEach(set, window, least)
  }

  #addDense(set: OffsetBits, window: number, least: number): void {
    const { sets, most } = this.postings.planes
    const from = window * NUMBERS_OF_WINDOW
    for (let at = 0; at < sets.length; at++) {
      const words = this.#bm25.mostWords(most[at] ?? 1, least)
      if (words < 1) continue
      const short = this.#lengths.sets.upTo(words)
      const own = sets[at] as OffsetBits
      if (short === undefined) eitherOf(set, own, from)
      else addBoth(set, own, short, from)
    }
  }

  #addEach(set: OffsetBits, window: number, least: number): void {
    const { offsets, counts, begins } = this.postings.messages
    const { words, first } = this.#lengths
    const bm25 = this.#bm25
    const most = bm25.mostWords(1, least)
    const to = begins[window + 1] ?? 0
    for (let at = begins[window] ?? 0; at < to; at++) {
      const offset = offsets[at] ?? 0
      const length = words[first + offset] ?? 1
      if (length > most) {
        const count = counts[at] ?? 0
        if (count <= 1 || length > bm25.mostWords(count, least)) continue
      }
      addOffset(set, offset & (WINDOW - 1))
    }
  }

  /** Whether a message contains the word. */
  has(offset: number): boolean {
    const window = offset >>> WINDOW_BITS
    this.read(window)
    return hasOffset(this.bits, this.from * OFFSETS_OF_NUMBER + offset - window * WINDOW)
  }

  /** What the word scores in a message. */
  scoreAt(offset: number): number {
    const count = this.postings.isDense ? this.postings.planes.countAt(offset) : this.#countAt(offset)
    if (count === 0) return 0
    const { words, first } = this.#lengths
    return this.#bm25.score(count, words[first + offset] ?? 1)
  }

  #countAt(offset: number): number {
    const window = offset >>> WINDOW_BITS
    if (window !== this.#counted) this.#count(window)
    return this.#counts[offset & (WINDOW - 1)] ?? 0
  }

  #count(window: number): void {
    const { offsets, counts, begins } = this.postings.messages
    const own = this.#counts.fill(0)
    const to = begins[window + 1] ?? 0
    // A message with another form of the word alone counts as one that contains it once.
    for (let at = begins[window] ?? 0; at < to; at++) own[(offsets[at] ?? 0) & (WINDOW - 1)] = counts[at] || 1
    this.#counted = window
  }
}
