/** The messages of one window of a part to which words lead, and what the words score in them. */
import type { LeafCursor } from './leaf-cursor.ts'

/** How many offsets one window covers. */
export const WINDOW = 2048

/** Offsets of a part, both inclusive; at most `WINDOW` of them. */
export interface Window {
  readonly low: number
  readonly high: number
}

export class WindowMarks {
  /** For each message, from the first of the window on, the bits with which it was marked. */
  readonly bits = new Uint8Array(WINDOW)
  /** For each message, the sum of the scores that were added. */
  readonly scores = new Float64Array(WINDOW)

  /** Removes all scores, and gives each message these bits. */
  clear(bits = 0): void {
    this.bits.fill(bits)
    this.scores.fill(0)
  }

  /** Marks the messages that contain a word. */
  mark(cursor: LeafCursor, { low, high }: Window, bit: number): void {
    const { postings } = cursor
    const { bits } = this
    for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
      const { offsets, size } = cursor.decoded(number)
      for (let at = 0; at < size; at++) {
        const place = (offsets[at] ?? 0) - low
        if (place >= 0 && place <= high - low) bits[place] = (bits[place] ?? 0) | bit
      }
    }
  }

  /** Marks the messages that contain a word, and adds what it scores. */
  addScores(cursor: LeafCursor, { low, high }: Window, bit: number): void {
    const { postings } = cursor
    const { bits, scores } = this
    for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
      const { offsets, counts, size } = cursor.decoded(number)
      for (let at = 0; at < size; at++) {
        const offset = offsets[at] ?? 0
        const place = offset - low
        if (place < 0 || place > high - low) continue
        bits[place] = (bits[place] ?? 0) | bit
        scores[place] = (scores[place] ?? 0) + cursor.score(counts[at] ?? 0, offset)
      }
    }
  }
}
