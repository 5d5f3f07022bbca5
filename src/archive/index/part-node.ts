/** The plan of a query in one part of the index: which messages match, as sets of bits. */
import { WHOLE_PART, type LeafCursor } from './leaf-cursor.ts'
import {
  bothOf,
  eitherOf,
  firstOffset,
  isEmpty,
  NUMBERS_OF_SET,
  SpareBits,
  withoutOf,
  type OffsetBits,
} from './offset-bits.ts'
import type { PhraseCursor } from './phrase-cursor.ts'

/** A node of a plan in one part: without a cursor where no message of the part contains the word. */
export type PartNode =
  /** A word, or a phrase of which the messages are known. */
  | { readonly kind: 'word'; readonly cursor: LeafCursor | undefined }
  /** Words that have to follow each other: by their positions, unless a word alone proves it. */
  | { readonly kind: 'phrase'; readonly words: readonly PartNode[]; readonly phrase: PhraseCursor | undefined }
  | { readonly kind: 'all' | 'any'; readonly of: readonly PartNode[] }
  | { readonly kind: 'not'; readonly of: PartNode }

/** A window of a part or the whole part, and sets of its size. */
export interface View {
  readonly window: number
  readonly spare: SpareBits
}

const ALL_WINDOWS = -1

/** One bit for each window of the part in which a message may match. */
export const windowsOf = (node: PartNode): number => {
  switch (node.kind) {
    case 'word':
      return node.cursor?.windows ?? 0
    case 'not':
      return ALL_WINDOWS
    case 'any':
      return node.of.reduce((windows, each) => windows | windowsOf(each), 0)
    case 'all':
      return node.of.reduce((windows, each) => windows & windowsOf(each), ALL_WINDOWS)
    case 'phrase':
      return node.words.reduce((windows, each) => windows & windowsOf(each), ALL_WINDOWS)
  }
}

/** Whether a message matches. */
export const matches = (node: PartNode, offset: number): boolean => {
  switch (node.kind) {
    case 'word':
      return node.cursor?.has(offset) === true
    case 'not':
      return !matches(node.of, offset)
    case 'any':
      return node.of.some(each => matches(each, offset))
    case 'all':
      return node.of.every(each => matches(each, offset))
    case 'phrase':
      return node.words.every(each => matches(each, offset)) && node.phrase?.isAt(offset) === true
  }
}

/** Those of some messages of a part that match. */
export const matchingOf = (root: PartNode, among: OffsetBits): OffsetBits => {
  const left = among.slice()
  keepMatching(root, left, { window: WHOLE_PART, spare: new SpareBits(NUMBERS_OF_SET) })
  return left
}

/** Only those of the messages stay that match. */
export const keepMatching = (node: PartNode, left: OffsetBits, view: View): void => {
  switch (node.kind) {
    case 'word':
      if (node.cursor === undefined) left.fill(0)
      else node.cursor.keepIn(left, view.window, view.spare)
      return
    case 'not':
      keepOthers(node.of, left, view)
      return
    case 'any':
      keepAny(node.of, left, view)
      return
    case 'all':
      keepAll(node.of, left, view)
      return
    case 'phrase':
      keepAll(node.words, left, view)
      following(left, node.phrase, Math.max(0, view.window) * left.length)
  }
}

const keepOthers = (node: PartNode, left: OffsetBits, view: View): void => {
  if (node.kind === 'word') {
    node.cursor?.removeFrom(left, view.window)
    return
  }
  const own = view.spare.copy(left)
  keepMatching(node, own, view)
  withoutOf(left, own)
  view.spare.give(own)
}

const keepAny = (nodes: readonly PartNode[], left: OffsetBits, view: View): void => {
  const found = view.spare.take()
  for (const each of nodes) {
    if (each.kind === 'word') {
      each.cursor?.addTo(found, view.window)
      continue
    }
    const own = view.spare.copy(left)
    // Positions of messages that match already need not be read.
    withoutOf(own, found)
    keepMatching(each, own, view)
    eitherOf(found, own)
    view.spare.give(own)
  }
  bothOf(left, found)
  view.spare.give(found)
}

const keepAll = (nodes: readonly PartNode[], left: OffsetBits, view: View): void => {
  for (const each of nodes) {
    if (isEmpty(left)) return
    keepMatching(each, left, view)
  }
}

/**
 * Of messages that contain all words of a phrase, those in which they follow each other.
 * @param from the number of the part's set with which the set begins
 */
export const following = (bits: OffsetBits, phrase: PhraseCursor | undefined, from = 0): void => {
  for (let at = bits.length - 1; at >= 0; at--) {
    for (let left = bits[at] ?? 0; left !== 0; left &= left - 1) {
      if (phrase?.isAt(firstOffset(from + at, left)) !== true) bits[at] = (bits[at] ?? 0) & ~(left & -left)
    }
  }
}

/** Nodes whose positions have to be read come last, and words that few messages contain come first. */
export const inOrderOfWork = (nodes: readonly PartNode[]): readonly PartNode[] =>
  nodes.toSorted((a, b) => workOf(a) - workOf(b))

const workOf = (node: PartNode): number => {
  switch (node.kind) {
    case 'word':
      return node.cursor?.postings.found ?? 0
    case 'phrase':
      return Infinity
    case 'not':
      return workOf(node.of)
    default:
      return node.of.reduce((work, each) => work + workOf(each), 0)
  }
}
