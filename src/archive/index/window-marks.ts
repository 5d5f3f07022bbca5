/** The messages of one window of a part to which words lead, and what the words score in them. */
import type { LeafCursor } from './leaf-cursor.ts'
import type { TermPostings } from './term-postings.ts'
import { WINDOW } from './posting-encoder.ts'

/** Offsets of a part, both inclusive; at most `WINDOW` of them. */
export interface Window {
  readonly low: number
  readonly high: number
}

/** How many marks are compared at once. */
const AT_ONCE = 4
/** Up to this count of a word in a message, one comparison tells whether the message is too long. */
export const LIMITS = 16

/**
 * The last block that begins at an offset or before it. Blocks are read from the last to the first, as windows are: the
 * block that a window shares with the one behind it is the one that was decoded last.
 */
const lastBlock = (postings: TermPostings, offset: number): number => {
  const number = postings.blockOf(offset)
  return number < postings.blocks && postings.lowest(number) <= offset ? number : number - 1
}

export class WindowMarks {
  /** For each message, from the first of the window on, the bits with which it was marked. */
  readonly bits = new Uint8Array(WINDOW)
  readonly #four_bits = new Uint32Array(this.bits.buffer)
  /** For each count, the most words of a message that need be marked. */
  readonly #limits = new Float64Array(LIMITS)
  /** For each message that `addScores` marked, the sum of the scores. */
  readonly scores = new Float64Array(WINDOW)

  clear(): void {
    this.bits.fill(0)
  }

  /** Makes the scores of messages 0 that no word marks. */
  clearScores(): void {
    this.scores.fill(0)
  }

  /** The last marked message at a place or before it; −1: there is none. */
  lastFrom(place: number): number {
    let at = place
    while (at >= 0) {
      if ((this.bits[at] ?? 0) !== 0) return at
      if (at % AT_ONCE === 0) while (at >= AT_ONCE && (this.#four_bits[at / AT_ONCE - 1] ?? 0) === 0) at -= AT_ONCE
      at--
    }
    return at
  }

  /** Marks the messages that contain a word, of those that have all bits of `required`. */
  mark(cursor: LeafCursor, { low, high }: Window, bit: number, required: number): void {
    const { postings } = cursor
    const { bits } = this
    for (let number = lastBlock(postings, high); number >= 0 && (postings.lasts[number] ?? 0) >= low; number--) {
      const { offsets, size } = cursor.decoded(number)
      for (let at = size - 1; at >= 0; at--) {
        const place = (offsets[at] ?? 0) - low
        if (place < 0) break
        if (place > high - low) continue
        const before = bits[place] ?? 0
        if ((before & required) === required) bits[place] = before | bit
      }
    }
  }

  /**
   * The same, and adds what the word scores: before any `mark`.
   * @param least messages that no word marked before need not be marked if their scores are below it
   */
  addScores(
    cursor: LeafCursor,
    { low, high }: Window,
    { bit, required, least }: { readonly bit: number; readonly required: number; readonly least: number },
  ): void {
    const { postings } = cursor
    const { bits, scores } = this
    const limits = this.#limits
    for (let count = 0; count < LIMITS; count++) limits[count] = cursor.mostWords(count, least)
    for (let number = lastBlock(postings, high); number >= 0 && (postings.lasts[number] ?? 0) >= low; number--) {
      const { offsets, counts, size } = cursor.decoded(number)
      for (let at = size - 1; at >= 0; at--) {
        const offset = offsets[at] ?? 0
        const place = offset - low
        if (place < 0) break
        if (place > high - low) continue
        const before = bits[place] ?? 0
        if ((before & required) !== required) continue
        const count = counts[at] ?? 0
        // Most messages that no other word marked are too long.
        if (before === 0 && count < LIMITS && cursor.wordsAt(offset) > (limits[count] ?? 0)) continue
        const score = (before === 0 ? 0 : (scores[place] ?? 0)) + cursor.score(count, offset)
        if (score < least && (before & bit) !== bit) continue
        bits[place] = before | bit
        scores[place] = score
      }
    }
  }
}
