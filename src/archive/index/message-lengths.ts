/**
 * Which messages of a part have few words, as sets of bits: a word scores most in short messages, so that a search
 * leaves out long ones a whole window at a time.
 */
import { addOffset, eitherOf, noOffsets, type OffsetBits } from './offset-bits.ts'

/** There is a set of the messages with at most so many words: 16 sets take two bytes for each message. */
const STEPS = [2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 30, 40, 60, 100] as const
const LONGEST = STEPS[STEPS.length - 1] as number
/** For each number of words up to the longest, the first set that contains such messages. */
const SET_OF = Uint8Array.from({ length: LONGEST + 1 }, (_, words) => STEPS.findIndex(step => words <= step))

/** The sets of one part. */
export class LengthSets {
  readonly #sets: readonly OffsetBits[]

  /** @param words number of words of each message, from the first of the part on */
  constructor(words: ArrayLike<number>) {
    this.#sets = STEPS.map(noOffsets)
    for (let offset = 0; offset < words.length; offset++) {
      const length = words[offset] ?? 0
      if (length <= LONGEST) addOffset(this.#sets[SET_OF[length] ?? 0] as OffsetBits, offset)
    }
    for (let at = 1; at < STEPS.length; at++) eitherOf(this.#sets[at] as OffsetBits, this.#sets[at - 1] as OffsetBits)
  }

  /** All messages with at most so many words, and some with more; `undefined`: those are most messages. */
  upTo(words: number): OffsetBits | undefined {
    return words > LONGEST ? undefined : this.#sets[SET_OF[Math.max(0, Math.floor(words))] ?? 0]
  }
}
