/** The messages of a part that match a query, as a set of bits: for counts, where every match is wanted. */
import { PART_RANGE } from './posting-encoder.ts'
import type { PartNode } from './part-node.ts'

/** How many offsets one number of a set stands for. */
export const OFFSETS_OF_NUMBER = 32
const NUMBERS = PART_RANGE / OFFSETS_OF_NUMBER

/** One bit for each offset of a part. */
type OffsetBits = Int32Array

const noOffsets = (): OffsetBits => new Int32Array(NUMBERS)

/** The offsets, between two, both inclusive, of the messages that match a query; and of some that are not there. */
export const matchingOffsets = (
  root: PartNode,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): OffsetBits => {
  const bits = offsetsOf(root)
  bits.fill(0, 0, lowest >>> 5)
  bits.fill(0, (highest >>> 5) + 1)
  bits[lowest >>> 5] = (bits[lowest >>> 5] ?? 0) & (-1 << (lowest & 31))
  bits[highest >>> 5] = (bits[highest >>> 5] ?? 0) & (-1 >>> (31 - (highest & 31)))
  return bits
}

/** For `not`, the offsets of messages that are not there are among them. */
const offsetsOf = (node: PartNode): OffsetBits => {
  switch (node.kind) {
    case 'leaf': {
      const bits = noOffsets()
      node.cursor?.postings.addOffsets(bits)
      return bits
    }
    case 'not':
      return offsetsOf(node.of).map(each => ~each)
    case 'any':
      return node.of.map(offsetsOf).reduce(eitherOf, noOffsets())
    case 'all':
      return allOf(node.of)
    case 'phrase': {
      const bits = allOf(node.leaves)
      const { phrase, proven } = node
      if (proven) return bits
      for (let at = 0; at < NUMBERS; at++) {
        for (let left = bits[at] ?? 0; left !== 0; left &= left - 1) {
          if (phrase?.isAt(firstOffset(at, left)) !== true) bits[at] = (bits[at] ?? 0) & ~(left & -left)
        }
      }
      return bits
    }
  }
}

/** The first offset of those that are left of a number of a set. */
export const firstOffset = (at: number, left: number): number =>
  at * OFFSETS_OF_NUMBER + (OFFSETS_OF_NUMBER - 1 - Math.clz32(left & -left))

/** Both change and return the first set. */
const eitherOf = (one: OffsetBits, other: OffsetBits): OffsetBits => {
  for (let at = 0; at < NUMBERS; at++) one[at] = (one[at] ?? 0) | (other[at] ?? 0)
  return one
}

const bothOf = (one: OffsetBits, other: OffsetBits): OffsetBits => {
  for (let at = 0; at < NUMBERS; at++) one[at] = (one[at] ?? 0) & (other[at] ?? 0)
  return one
}

const allOf = (nodes: readonly PartNode[]): OffsetBits => nodes.map(offsetsOf).reduce(bothOf)
