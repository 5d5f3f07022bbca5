/** Sets of messages of a part: one bit for each offset. */
import { PART_RANGE } from './posting-encoder.ts'

/** How many offsets one number of a set stands for. */
export const OFFSETS_OF_NUMBER = 32
export const NUMBERS_OF_SET = PART_RANGE / OFFSETS_OF_NUMBER
/** Bytes of a set. */
export const SET_BYTES = PART_RANGE / 8

export type OffsetBits = Int32Array

export const noOffsets = (): OffsetBits => new Int32Array(NUMBERS_OF_SET)

export const hasOffset = (bits: OffsetBits, offset: number): boolean =>
  ((bits[offset >>> 5] ?? 0) & (1 << (offset & 31))) !== 0

export const addOffset = (bits: OffsetBits, offset: number): void => {
  bits[offset >>> 5] = (bits[offset >>> 5] ?? 0) | (1 << (offset & 31))
}

export const removeOffset = (bits: OffsetBits, offset: number): void => {
  bits[offset >>> 5] = (bits[offset >>> 5] ?? 0) & ~(1 << (offset & 31))
}

/** Adds all offsets between two, both inclusive. */
export const addRange = (bits: OffsetBits, low: number, high: number): void => {
  const [first, last] = [low >>> 5, high >>> 5]
  const from = -1 << (low & 31)
  const to = -1 >>> (31 - (high & 31))
  if (first === last) {
    bits[first] = (bits[first] ?? 0) | (from & to)
    return
  }
  bits[first] = (bits[first] ?? 0) | from
  bits.fill(-1, first + 1, last)
  bits[last] = (bits[last] ?? 0) | to
}

/** The first offset of those that are left of a number of a set. */
export const firstOffset = (at: number, left: number): number =>
  at * OFFSETS_OF_NUMBER + (OFFSETS_OF_NUMBER - 1 - Math.clz32(left & -left))

/** How many bits of a number of a set are 1: pairs of bits are added, then fours, then bytes. */
export const bitsIn = (number: number): number => {
  const pairs = number - ((number >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** How many offsets are in a set. */
export const sizeOf = (bits: OffsetBits): number => {
  let size = 0
  for (let at = 0; at < NUMBERS_OF_SET; at++) size += bitsIn(bits[at] ?? 0)
  return size
}

/** The offsets of a set of so many, rising. */
export const offsetsIn = (bits: OffsetBits, count: number): Uint16Array => {
  const offsets = new Uint16Array(count)
  let found = 0
  for (let at = 0; at < NUMBERS_OF_SET; at++)
    for (let left = bits[at] ?? 0; left !== 0; left &= left - 1) offsets[found++] = firstOffset(at, left)
  return offsets
}

/**
 * These change and return the first set. It may be that of a window, and the other one that of the part: then the window
 * begins at number `from` of it.
 */
export const eitherOf = (one: OffsetBits, other: OffsetBits, from = 0): OffsetBits => {
  for (let at = 0; at < one.length; at++) one[at] = (one[at] ?? 0) | (other[from + at] ?? 0)
  return one
}

export const bothOf = (one: OffsetBits, other: OffsetBits, from = 0): OffsetBits => {
  for (let at = 0; at < one.length; at++) one[at] = (one[at] ?? 0) & (other[from + at] ?? 0)
  return one
}

export const withoutOf = (one: OffsetBits, other: OffsetBits, from = 0): OffsetBits => {
  for (let at = 0; at < one.length; at++) one[at] = (one[at] ?? 0) & ~(other[from + at] ?? 0)
  return one
}

/** Adds the offsets of a window that are in both of two sets of the part. */
export const addBoth = (window: OffsetBits, one: OffsetBits, other: OffsetBits, from: number): void => {
  for (let at = 0; at < window.length; at++)
    window[at] = (window[at] ?? 0) | ((one[from + at] ?? 0) & (other[from + at] ?? 0))
}

export const isEmpty = (bits: OffsetBits): boolean => {
  for (let at = 0; at < bits.length; at++) if ((bits[at] ?? 0) !== 0) return false
  return true
}

/** Whether a set has at most so many offsets. */
export const hasAtMost = (bits: OffsetBits, most: number): boolean => {
  let size = 0
  for (let at = 0; at < bits.length && size <= most; at++) {
    const number = bits[at] ?? 0
    if (number !== 0) size += bitsIn(number)
  }
  return size <= most
}

/** Sets of one size for a short time. */
export class SpareBits {
  readonly #numbers: number
  readonly #free: OffsetBits[] = []

  /** @param numbers of each set */
  constructor(numbers: number) {
    this.#numbers = numbers
  }

  /** An empty set, until it is given back. */
  take(): OffsetBits {
    return this.#free.pop()?.fill(0) ?? new Int32Array(this.#numbers)
  }

  /** The same with the offsets of another set. */
  copy(of: OffsetBits): OffsetBits {
    const copy = this.#free.pop() ?? new Int32Array(this.#numbers)
    copy.set(of)
    return copy
  }

  give(bits: OffsetBits): void {
    this.#free.push(bits)
  }
}
