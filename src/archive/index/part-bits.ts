/** The messages of a part that match a query, as a set of bits: for counts, where every match is wanted. */
import { bothOf, eitherOf, firstOffset, noOffsets, NUMBERS_OF_SET, withoutOf, type OffsetBits } from './offset-bits.ts'
import type { PhraseCursor } from './leaf-cursor.ts'
import { isWord, type PartNode } from './part-node.ts'

/** Those of some messages of a part that match a query. */
export const matchingOf = (root: PartNode, among: OffsetBits): OffsetBits => keepMatching(root, among.slice())

/** Only those of the messages stay that match. Positions are read only where nothing else decides. */
const keepMatching = (node: PartNode, left: OffsetBits): OffsetBits => {
  switch (node.kind) {
    case 'leaf':
    case 'found':
      if (node.cursor === undefined) left.fill(0)
      else node.cursor.postings.keepOffsets(left)
      return left
    case 'not':
      if (isWord(node.of)) node.of.cursor?.postings.dropOffsets(left)
      else withoutOf(left, keepMatching(node.of, left.slice()))
      return left
    case 'any': {
      const found = noOffsets()
      for (const each of withoutPositionsFirst(node.of)) {
        if (isWord(each)) each.cursor?.postings.addOffsets(found)
        else eitherOf(found, keepMatching(each, withoutOf(left.slice(), found)))
      }
      return bothOf(left, found)
    }
    case 'all':
      return keepAll(withoutPositionsFirst(node.of), left)
    case 'phrase':
      keepAll(node.leaves, left)
      return node.proven ? left : following(left, node.phrase)
  }
}

const keepAll = (nodes: readonly PartNode[], left: OffsetBits): OffsetBits => {
  for (const each of nodes) keepMatching(each, left)
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
