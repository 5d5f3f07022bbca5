/**
 * Which messages of a part have few words, as sets of bits: a word scores most in short messages, so that a search
 * leaves out long ones a whole window at a time.
 */
import { REGION_BITS, type Columns } from './columns.ts'
import type { IndexPart } from './index-part.ts'
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

/** Keeps the sets of all parts. They are made when a part is searched first, and again after a message of it was written. */
export class MessageLengths {
  readonly #columns: Columns
  /** By the first sequence number of the part. */
  readonly #parts = new Map<number, { readonly sets: LengthSets; readonly state: string }>()

  constructor(columns: Columns) {
    this.#columns = columns
  }

  of({ first, last }: IndexPart): LengthSets {
    const state = this.#stateOf(first, last)
    const known = this.#parts.get(first)
    if (known?.state === state) return known.sets
    const sets = new LengthSets(this.#columns.column('words').subarray(first, last + 1))
    this.#parts.set(first, { sets, state })
    return sets
  }

  /** Releases the sets of parts that were merged. */
  keep(parts: readonly IndexPart[]): void {
    if (this.#parts.size <= parts.length) return
    const firsts = new Set(parts.map(({ first }) => first))
    for (const first of this.#parts.keys()) if (!firsts.has(first)) this.#parts.delete(first)
  }

  #stateOf(first: number, last: number): string {
    const [one, other] = [first >>> REGION_BITS, last >>> REGION_BITS]
    return [last, this.#columns.writtenIn(one), this.#columns.writtenIn(other)].join(' ')
  }
}
