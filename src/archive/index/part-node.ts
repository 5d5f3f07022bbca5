/** The plan of a query in one part of the index: whether a message matches it, what it scores, and which words lead to it. */
import type { LeafCursor, PhraseCursor } from './leaf-cursor.ts'

/** A node of a plan in one part: without a cursor where no message of the part contains the word. */
export type PartNode =
  | { readonly kind: 'leaf'; readonly cursor: LeafCursor | undefined }
  | {
      readonly kind: 'phrase'
      readonly leaves: readonly PartNode[]
      readonly phrase: PhraseCursor | undefined
      readonly proven: boolean
    }
  /** A phrase of which the messages are known: those of a word that scores nothing, beside the words that are scored. */
  | { readonly kind: 'found'; readonly leaves: readonly PartNode[]; readonly cursor: LeafCursor | undefined }
  | { readonly kind: 'all' | 'any'; readonly of: readonly PartNode[] }
  | { readonly kind: 'not'; readonly of: PartNode }

export const foundBy = (cursors: readonly LeafCursor[]): number =>
  cursors.reduce((sum, each) => sum + each.postings.found, 0)

/** The fewest words of which each match contains one; none where nothing can match. */
export const driversOf = (node: PartNode): readonly LeafCursor[] | undefined => {
  switch (node.kind) {
    case 'leaf':
    case 'found':
      return node.cursor === undefined ? [] : [node.cursor]
    case 'not':
      return undefined
    case 'any': {
      const all = node.of.map(driversOf)
      return all.includes(undefined) ? undefined : [...new Set(all.flatMap(each => each ?? []))]
    }
    case 'all':
      return fewest(node.of)
    case 'phrase':
      return node.phrase === undefined && !node.proven ? [] : fewest(node.leaves)
  }
}

const fewest = (nodes: readonly PartNode[]): readonly LeafCursor[] | undefined =>
  nodes
    .map(driversOf)
    .reduce((least, each) =>
      least === undefined || (each !== undefined && foundBy(each) < foundBy(least)) ? each : least,
    )

export const scoredOf = (node: PartNode): readonly LeafCursor[] => {
  switch (node.kind) {
    case 'leaf':
      return node.cursor === undefined ? [] : [node.cursor]
    case 'not':
      return []
    case 'phrase':
    case 'found':
      return node.leaves.flatMap(scoredOf)
    default:
      return node.of.flatMap(scoredOf)
  }
}

/** Whether a message between two offsets may match, by the words that are there. */
export const mayMatch = (node: PartNode, low: number, high: number): boolean => {
  switch (node.kind) {
    case 'leaf':
    case 'found':
      return node.cursor?.mayBeWithin(low, high) === true
    case 'not':
      return true
    case 'any':
      return node.of.some(each => mayMatch(each, low, high))
    case 'all':
      return node.of.every(each => mayMatch(each, low, high))
    case 'phrase':
      return node.leaves.every(each => mayMatch(each, low, high))
  }
}

export const matches = (node: PartNode, offset: number): boolean => {
  switch (node.kind) {
    case 'leaf':
    case 'found':
      return node.cursor !== undefined && node.cursor.countAt(offset) >= 0
    case 'not':
      return !matches(node.of, offset)
    case 'any':
      return node.of.some(each => matches(each, offset))
    case 'all':
      return node.of.every(each => matches(each, offset))
    case 'phrase':
      return node.leaves.every(each => matches(each, offset)) && (node.proven || node.phrase?.isAt(offset) === true)
  }
}

/** BM25 of a message: that of all words of the query that it contains. */
export const scoreAt = (node: PartNode, offset: number): number => {
  switch (node.kind) {
    case 'leaf': {
      const count = node.cursor?.countAt(offset) ?? -1
      return node.cursor === undefined || count < 0 ? 0 : node.cursor.score(count, offset)
    }
    case 'not':
      return 0
    case 'phrase':
    case 'found':
      return node.leaves.reduce((sum, each) => sum + scoreAt(each, offset), 0)
    default:
      return node.of.reduce((sum, each) => sum + scoreAt(each, offset), 0)
  }
}

/** Conditions of words that each match meets: one word of each group, and none of the excluded ones. */
export interface WordGroups {
  readonly groups: readonly (readonly LeafCursor[])[]
  readonly excluded: readonly LeafCursor[]
  /** Whether every message that meets them matches. */
  readonly exact: boolean
}

export const groupsOf = (root: PartNode): WordGroups => {
  const groups: (readonly LeafCursor[])[] = []
  const excluded: LeafCursor[] = []
  let exact = true
  for (const each of root.kind === 'all' ? root.of : [root]) {
    const words = wordsIn(each.kind === 'not' ? each.of : each)
    if (each.kind === 'phrase') {
      groups.push(...each.leaves.map(driversOf).flatMap(leaf => (leaf === undefined ? [] : [leaf])))
      exact &&= each.proven
    } else if (words === undefined) exact = false
    else if (each.kind === 'not') excluded.push(...words)
    else groups.push(words)
  }
  return { groups, excluded, exact }
}

/** The words of a node that is a word, a known phrase, or any of several; `undefined` for others. */
const wordsIn = (node: PartNode): readonly LeafCursor[] | undefined => {
  if (isWord(node)) return driversOf(node)
  return node.kind === 'any' && node.of.every(isWord) ? driversOf(node) : undefined
}

/** Whether the messages that match are those of one word, or of a known phrase. */
export const isWord = (node: PartNode): node is Extract<PartNode, { readonly kind: 'leaf' | 'found' }> =>
  node.kind === 'leaf' || node.kind === 'found'
