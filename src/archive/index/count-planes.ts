/** Which messages of a part contain a common word, and how often, as sets of bits that whole windows are compared with. */
import {
  addOffset,
  bitsIn,
  hasOffset,
  noOffsets,
  NUMBERS_OF_SET,
  OFFSETS_OF_NUMBER,
  SET_BYTES,
  type OffsetBits,
} from './offset-bits.ts'

/** The messages that contain the word at least so often are a set. */
const LEAST = [1, 2, 3, 6] as const
/** Messages with as many occurrences have a count of their own. */
const COUNTED = 3

export class CountPlanes {
  /** The messages that contain the word; then those that contain it at least twice, and so on. */
  readonly sets: readonly OffsetBits[] = LEAST.map(noOffsets)
  /** How often a message contains the word at most that is in a set and not in the next one. */
  readonly most: readonly number[]
  /** The counts of the messages of the set `COUNTED`, in their order. */
  readonly #counts: Uint8Array
  /** How many messages of that set are before each number of it. */
  readonly #before = new Uint16Array(NUMBERS_OF_SET)

  /**
   * @param offsets of the messages that contain the word, rising
   * @param counts 0: a message contains only another form of the word, which scores like one occurrence
   */
  constructor(offsets: Uint16Array, counts: Uint8Array) {
    const counted = new Uint8Array(offsets.length)
    let kept = 0
    let most = 1
    for (let at = 0; at < offsets.length; at++) {
      const offset = offsets[at] ?? 0
      const count = counts[at] ?? 0
      addOffset(this.all, offset)
      if (count < 2) continue
      addOffset(this.sets[1] as OffsetBits, offset)
      if (count < COUNTED) continue
      for (let set = 2; set < LEAST.length && (LEAST[set] ?? 0) <= count; set++)
        addOffset(this.sets[set] as OffsetBits, offset)
      counted[kept++] = count
      if (count > most) most = count
    }
    this.#counts = counted.slice(0, kept)
    let before = 0
    for (let at = 0; at < NUMBERS_OF_SET; at++) {
      this.#before[at] = before
      before += bitsIn(this.#counted[at] ?? 0)
    }
    this.most = LEAST.map((_, set) => (LEAST[set + 1] ?? most + 1) - 1)
  }

  /** How many bytes the sets take. @param counted how many messages have a count of their own */
  static bytes(counted: number): number {
    return LEAST.length * SET_BYTES + 2 * NUMBERS_OF_SET + counted
  }

  get all(): OffsetBits {
    return this.sets[0] as OffsetBits
  }

  get #counted(): OffsetBits {
    return this.sets[2] as OffsetBits
  }

  /** How many occurrences of the word are scored; 0: there are none. */
  countAt(offset: number): number {
    if (!hasOffset(this.all, offset)) return 0
    if (!hasOffset(this.sets[1] as OffsetBits, offset)) return 1
    const at = offset >>> 5
    const number = this.#counted[at] ?? 0
    const bit = 1 << (offset % OFFSETS_OF_NUMBER)
    if ((number & bit) === 0) return 2
    return this.#counts[(this.#before[at] ?? 0) + bitsIn(number & (bit - 1))] ?? 0
  }
}
