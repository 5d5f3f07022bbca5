/** The messages of a part that match a query, as a set of bits: for counts, where every match is wanted. */
import { bothOf, eitherOf, firstOffset, noOffsets, NUMBERS_OF_SET, withoutOf, type OffsetBits } from './offset-bits.ts'
import type { PhraseCursor } from './leaf-cursor.ts'
import type { PartNode } from './part-node.ts'

/** Those of some messages of a part that match a query. */
export const matchingOf = (root: PartNode, among: OffsetBits): OffsetBits => bothOf(offsetsOf(root, among), among)

/**
 * Of the messages `among`, the right ones are in the result; of others, any may be. Positions are read only where
 * nothing else decides.
 */
const offsetsOf = (node: PartNode, among: OffsetBits): OffsetBits => {
  switch (node.kind) {
    case 'leaf':
    case 'found': {
      const bits = noOffsets()
      node.cursor?.postings.addOffsets(bits)
      return bits
    }
    case 'not': {
      const bits = offsetsOf(node.of, among)
      for (let at = 0; at < NUMBERS_OF_SET; at++) bits[at] = ~(bits[at] ?? 0)
      return bits
    }
    case 'any': {
      const found = noOffsets()
      for (const each of withoutPositionsFirst(node.of))
        eitherOf(found, offsetsOf(each, withoutOf(among.slice(), found)))
      return found
    }
    case 'all':
      return allOf(withoutPositionsFirst(node.of), among)
    case 'phrase': {
      const bits = allOf(node.leaves, among)
      return node.proven ? bits : following(bits, node.phrase)
    }
  }
}

const allOf = (nodes: readonly PartNode[], among: OffsetBits): OffsetBits => {
  const left = among.slice()
  for (const each of nodes) bothOf(left, offsetsOf(each, left))
  return left
}

/** Of messages that contain all words of a phrase, those in which they follow each other. */
export const following = (bits: OffsetBits, phrase: PhraseCursor | undefined): OffsetBits => {
  for (let at = 0; at < NUMBERS_OF_SET; at++) {
    for (let left = bits[at] ?? 0; left !== 0; left &= left - 1) {
      if (phrase?.isAt(firstOffset(at, left)) !== true) bits[at] = (bits[at] ?? 0) & ~(left & -left)
    }
  }
  return bits
}

const withoutPositionsFirst = (nodes: readonly PartNode[]): readonly PartNode[] => [
  ...nodes.filter(each => !needsPositions(each)),
  ...nodes.filter(needsPositions),
]

const needsPositions = (node: PartNode): boolean => {
  switch (node.kind) {
    case 'leaf':
    case 'found':
      return false
    case 'phrase':
      return !node.proven
    case 'not':
      return needsPositions(node.of)
    default:
      return node.of.some(needsPositions)
  }
}
