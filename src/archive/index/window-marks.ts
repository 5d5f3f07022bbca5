/** The messages of one window of a part to which words lead, and what the words score in them. */
import type { LeafCursor } from './leaf-cursor.ts'
import { WINDOW } from './posting-encoder.ts'

/** Offsets of a part, both inclusive; at most `WINDOW` of them. */
export interface Window {
  readonly low: number
  readonly high: number
}

/** How many marks are compared at once. */
const AT_ONCE = 4

export class WindowMarks {
  /** For each message, from the first of the window on, the bits with which it was marked. */
  readonly bits = new Uint8Array(WINDOW)
  readonly #four_bits = new Uint32Array(this.bits.buffer)
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
    for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
      const { offsets, size } = cursor.decoded(number)
      for (let at = 0; at < size; at++) {
        const place = (offsets[at] ?? 0) - low
        if (place < 0 || place > high - low) continue
        const before = bits[place] ?? 0
        if ((before & required) === required) bits[place] = before | bit
      }
    }
  }

  /**
   * The same, and adds what the word scores: before any `mark`.
   * @param least messages whose scores are below it then need not be marked; for the last word alone
   */
  addScores(
    cursor: LeafCursor,
    { low, high }: Window,
    { bit, required, least }: { readonly bit: number; readonly required: number; readonly least: number },
  ): void {
    const { postings } = cursor
    const { bits, scores } = this
    for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
      const { offsets, counts, size } = cursor.decoded(number)
      for (let at = 0; at < size; at++) {
        const offset = offsets[at] ?? 0
        const place = offset - low
        if (place < 0 || place > high - low) continue
        const before = bits[place] ?? 0
        if ((before & required) !== required) continue
        const score = (before === 0 ? 0 : (scores[place] ?? 0)) + cursor.score(counts[at] ?? 0, offset)
        if (score < least && (before & bit) !== bit) continue
        bits[place] = before | bit
        scores[place] = score
      }
    }
  }
}
