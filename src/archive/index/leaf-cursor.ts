/** A word of a query in one part of the index, a window of messages at a time: which contain it, and what it scores. */
import type { Bm25 } from './bm25.ts'
import type { LengthSets } from './message-lengths.ts'
import {
  addBoth,
  addOffset,
  bothOf,
  eitherOf,
  OFFSETS_OF_NUMBER,
  removeOffset,
  withoutOf,
  type OffsetBits,
  type SpareBits,
} from './offset-bits.ts'
import { WINDOW, WINDOW_BITS } from './posting-encoder.ts'
import type { PartLengths, TermPostings, WindowBests } from './term-postings.ts'

/** Numbers of the set of a window. */
export const NUMBERS_OF_WINDOW = WINDOW / OFFSETS_OF_NUMBER
/** In place of a window: all messages of the part. */
export const WHOLE_PART = -1

/** What the messages of a part are scored with. */
export interface Lengths extends PartLengths {
  readonly sets: LengthSets
}

export class LeafCursor {
  readonly postings: TermPostings
  readonly #bm25: Bm25
  readonly #lengths: Lengths
  readonly #bests: WindowBests

  constructor(postings: TermPostings, bm25: Bm25, lengths: Lengths) {
    this.postings = postings
    this.#bm25 = bm25
    this.#lengths = lengths
    this.#bests = postings.bestsOf(bm25.average, lengths)
  }

  /** One bit for each window that may contain the word. */
  get windows(): number {
    return this.#bests.windows
  }

  /** What the word scores at most in a window. */
  boundOf(window: number): number {
    const { counts, words } = this.#bests
    const count = counts[window] ?? 0
    return count === 0 ? 0 : this.#bm25.score(count, words[window] ?? 0)
  }

  /** Adds the messages of a window, or of the whole part, that contain the word to a set. */
  addTo(set: OffsetBits, window: number): void {
    if (this.postings.isDense) {
      eitherOf(set, this.postings.planes.all, firstNumber(window))
      return
    }
    const { offsets, from, to, first } = this.#messagesOf(window)
    for (let at = from; at < to; at++) addOffset(set, (offsets[at] ?? 0) - first)
  }

  /** Only the messages stay that contain the word. */
  keepIn(set: OffsetBits, window: number, spare: SpareBits): void {
    if (this.postings.isDense) {
      bothOf(set, this.postings.planes.all, firstNumber(window))
      return
    }
    const own = spare.take()
    this.addTo(own, window)
    bothOf(set, own)
    spare.give(own)
  }

  /** Only the messages stay that do not contain the word. */
  removeFrom(set: OffsetBits, window: number): void {
    if (this.postings.isDense) {
      withoutOf(set, this.postings.planes.all, firstNumber(window))
      return
    }
    const { offsets, from, to, first } = this.#messagesOf(window)
    for (let at = from; at < to; at++) removeOffset(set, (offsets[at] ?? 0) - first)
  }

  /** Adds the messages of a window to a set that may score as much; some of them score less. */
  addScoring(set: OffsetBits, window: number, least: number): void {
    if (this.postings.isDense) this.#addDense(set, window, least)
    else this.#addEach(set, window, least)
  }

  #addDense(set: OffsetBits, window: number, least: number): void {
    const { sets, most } = this.postings.planes
    const from = firstNumber(window)
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
    const { offsets, counts, from, to } = this.#messagesOf(window)
    const { words, first } = this.#lengths
    const bm25 = this.#bm25
    const most = bm25.mostWords(1, least)
    for (let at = from; at < to; at++) {
      const offset = offsets[at] ?? 0
      const length = words[first + offset] ?? 1
      if (length > most) {
        const count = counts[at] ?? 0
        if (count <= 1 || length > bm25.mostWords(count, least)) continue
      }
      addOffset(set, offset & (WINDOW - 1))
    }
  }

  /**
   * For a word that is not dense: adds what it scores to the sums of the messages of a window.
   * @param set gets the messages whose sum reaches `least`
   */
  addScores(sums: Float64Array, set: OffsetBits, window: number, least: number): void {
    const { offsets, counts, from, to } = this.#messagesOf(window)
    const { words, first } = this.#lengths
    const bm25 = this.#bm25
    for (let at = from; at < to; at++) {
      const offset = offsets[at] ?? 0
      const place = offset & (WINDOW - 1)
      const sum = (sums[place] ?? 0) + bm25.score(counts[at] ?? 0, words[first + offset] ?? 1)
      sums[place] = sum
      if (sum >= least) addOffset(set, place)
    }
  }

  /** Whether a message contains the word. */
  has(offset: number): boolean {
    return this.#countAt(offset) > 0
  }

  /** What the word scores in a message. */
  scoreAt(offset: number): number {
    const count = this.#countAt(offset)
    if (count === 0) return 0
    const { words, first } = this.#lengths
    return this.#bm25.score(count, words[first + offset] ?? 1)
  }

  /** How many occurrences of the word are scored; 0: there are none. */
  #countAt(offset: number): number {
    if (this.postings.isDense) return this.postings.planes.countAt(offset)
    const { offsets, counts, from, to } = this.#messagesOf(offset >>> WINDOW_BITS)
    let low = from
    for (let high = to; low < high;) {
      const middle = (low + high) >>> 1
      if ((offsets[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    if (low === to || offsets[low] !== offset) return 0
    // A message with another form of the word alone counts as one that contains it once.
    return counts[low] || 1
  }

  /** Which messages of a word that is not dense are in a window. */
  #messagesOf(window: number): MessagesOf {
    const { offsets, counts, begins } = this.postings.messages
    if (window === WHOLE_PART) return { offsets, counts, from: 0, to: offsets.length, first: 0 }
    return { offsets, counts, from: begins[window] ?? 0, to: begins[window + 1] ?? 0, first: window * WINDOW }
  }
}

interface MessagesOf {
  readonly offsets: Uint16Array
  readonly counts: Uint8Array
  /** Where those of the window begin and end. */
  readonly from: number
  readonly to: number
  /** The first offset of the window. */
  readonly first: number
}

/** With which number of the set of the part that of a window begins. */
const firstNumber = (window: number): number => Math.max(0, window) * NUMBERS_OF_WINDOW
