/**
 * Searches a part of the index for messages that match any query: parentheses, and words that are counted. Looks only at
 * messages that some word leads to without which nothing matches, and not at windows in which nothing can be among the
 * best.
 */
import type { Columns } from './columns.ts'
import type { Passing } from './filters.ts'
import { PART_RANGE, type IndexPart, type PartReader } from './index-part.ts'
import { LeafCursor, PhraseCursor, postingsOf, scoreBy } from './leaf-cursor.ts'
import { SLACK, WINDOW, type SeqRange, type Sort } from './part-search.ts'
import type { PlanNode, SearchPlan } from './search-plan.ts'
import type { TopHits } from './top-hits.ts'

export interface TreeSearchDeps {
  readonly reader: PartReader
  readonly columns: Columns
  readonly plan: SearchPlan
  /** The root of the plan. */
  readonly root: PlanNode
}

/** A node of a plan in one part: without a cursor where no message of the part contains the word. */
type PartNode =
  | { readonly kind: 'leaf'; readonly cursor: LeafCursor | undefined }
  | {
      readonly kind: 'phrase'
      readonly leaves: readonly PartNode[]
      readonly phrase: PhraseCursor | undefined
      readonly proven: boolean
    }
  | { readonly kind: 'all' | 'any'; readonly of: readonly PartNode[] }
  | { readonly kind: 'not'; readonly of: PartNode }

/** What a search in one part works with. */
interface InPart {
  readonly part: IndexPart
  readonly root: PartNode
  /** Each match contains one of these; `undefined`: it may contain none. */
  readonly drivers: readonly LeafCursor[] | undefined
  /** The words that are scored, each as often as it is scored. */
  readonly scored: readonly LeafCursor[]
  readonly passing: Passing | undefined
  readonly lowest: number
  readonly highest: number
}

export class TreeSearch {
  readonly #deps: TreeSearchDeps
  readonly #seen = new Uint8Array(WINDOW)

  constructor(deps: TreeSearchDeps) {
    this.#deps = deps
  }

  /** Adds the best messages of a part to `hits`. */
  search(
    part: IndexPart,
    passing: Passing | undefined,
    { range, sort, hits }: { readonly range: SeqRange; readonly sort: Sort; readonly hits: TopHits },
  ): void {
    const own = this.#open(part, passing, range)
    if (own === undefined) return
    const { columns } = this.#deps
    const [words, seconds] = [columns.column('words'), columns.column('seconds')]
    for (let low = windowOf(own.highest); low >= 0 && low + WINDOW > own.lowest; low -= WINDOW) {
      const high = Math.min(low + WINDOW - 1, own.highest)
      if (!mayMatch(own.root, low, high)) continue
      if (sort === 'newest' && columns.latest(part.first + low, part.first + high) < hits.threshold) continue
      const leads = sort === 'newest' ? own.drivers : leadsIn(own, low, high, hits.threshold)
      if (leads?.length === 0) continue
      this.#mark(leads, low, high)
      for (let offset = high; offset >= low; offset--) {
        if (this.#seen[offset - low] !== 1 || !this.#passes(own, offset)) continue
        const seq = part.first + offset
        const score = sort === 'newest' ? (seconds[seq] ?? 0) : scoreAt(own.root, offset, words[seq] ?? 1)
        if (score >= hits.threshold && matches(own.root, offset)) hits.offer(score, seq)
      }
    }
  }

  /** Every message of a part that matches. */
  forEach(part: IndexPart, passing: Passing | undefined, range: SeqRange, act: (seq: number) => void): void {
    const own = this.#open(part, passing, range)
    if (own === undefined) return
    for (let low = windowOf(own.lowest); low <= own.highest; low += WINDOW) {
      const high = Math.min(low + WINDOW - 1, own.highest)
      if (!mayMatch(own.root, low, high)) continue
      this.#mark(own.drivers, low, high)
      for (let offset = low; offset <= high; offset++) {
        if (this.#seen[offset - low] !== 1 || !this.#passes(own, offset)) continue
        // The messages of a single word are all that it leads to.
        if (own.root.kind === 'leaf' || matches(own.root, offset)) act(part.first + offset)
      }
    }
  }

  /** @returns undefined when nothing in the part matches */
  #open(part: IndexPart, passing: Passing | undefined, { after, up_to }: SeqRange): InPart | undefined {
    if (passing?.count === 0) return undefined
    const root = this.#node(part, this.#deps.root)
    const drivers = driversOf(root)
    if (drivers?.length === 0) return undefined
    return {
      part,
      root,
      drivers,
      scored: scoredOf(root),
      passing,
      lowest: Math.max(0, after + 1 - part.first),
      highest: Math.min(part.last, up_to) - part.first,
    }
  }

  #node(part: IndexPart, node: PlanNode): PartNode {
    switch (node.kind) {
      case 'leaf':
        return { kind: 'leaf', cursor: this.#cursor(part, node.leaf) }
      case 'phrase': {
        const { leaves, phrase } = node
        return {
          kind: 'phrase',
          leaves: leaves.map(leaf => ({ kind: 'leaf', cursor: this.#cursor(part, leaf) })),
          phrase: phrase.proven ? undefined : PhraseCursor.open(this.#deps.reader, part, phrase),
          proven: phrase.proven,
        }
      }
      case 'not':
        return { kind: 'not', of: this.#node(part, node.of) }
      default:
        return { kind: node.kind, of: node.of.map(each => this.#node(part, each)) }
    }
  }

  #cursor(part: IndexPart, number: number): LeafCursor | undefined {
    const { reader, columns, plan } = this.#deps
    const leaf = plan.leaves[number]
    const postings = leaf === undefined ? undefined : postingsOf(reader, part, leaf, columns)
    if (leaf === undefined || postings === undefined) return undefined
    const words = columns.column('words')
    return new LeafCursor(postings, scoreBy(leaf.weight, plan.average), offset => words[part.first + offset] ?? 1)
  }

  #passes({ part, passing, lowest, highest }: InPart, offset: number): boolean {
    if (offset < lowest || offset > highest) return false
    return passing === undefined
      ? (this.#deps.columns.column('role')[part.first + offset] ?? 0) !== 0
      : passing.mask[offset] === 1
  }

  /** Marks the messages of a window that these words lead to. */
  #mark(leads: readonly LeafCursor[] | undefined, low: number, high: number): void {
    this.#seen.fill(leads === undefined ? 1 : 0)
    for (const cursor of leads ?? []) {
      const { postings } = cursor
      for (let number = postings.blockOf(low); number < postings.blocks && postings.lowest(number) <= high; number++) {
        const { offsets, size } = cursor.decoded(number)
        for (let at = 0; at < size; at++) {
          const offset = offsets[at] ?? 0
          if (offset >= low && offset <= high) this.#seen[offset - low] = 1
        }
      }
    }
  }
}

const windowOf = (offset: number): number => {
  const within = Math.max(0, Math.min(offset, PART_RANGE - 1))
  return within - (within % WINDOW)
}

const foundBy = (cursors: readonly LeafCursor[]): number => cursors.reduce((sum, each) => sum + each.postings.found, 0)

/** The fewest words of which each match contains one; none where nothing can match. */
const driversOf = (node: PartNode): readonly LeafCursor[] | undefined => {
  switch (node.kind) {
    case 'leaf':
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

const scoredOf = (node: PartNode): readonly LeafCursor[] => {
  switch (node.kind) {
    case 'leaf':
      return node.cursor === undefined ? [] : [node.cursor]
    case 'not':
      return []
    case 'phrase':
      return node.leaves.flatMap(scoredOf)
    default:
      return node.of.flatMap(scoredOf)
  }
}

/** Whether a message between two offsets may match, by the words that are there. */
const mayMatch = (node: PartNode, low: number, high: number): boolean => {
  switch (node.kind) {
    case 'leaf':
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

const matches = (node: PartNode, offset: number): boolean => {
  switch (node.kind) {
    case 'leaf':
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
const scoreAt = (node: PartNode, offset: number, words: number): number => {
  switch (node.kind) {
    case 'leaf': {
      const count = node.cursor?.countAt(offset) ?? -1
      return node.cursor === undefined || count < 0 ? 0 : node.cursor.score(count, words)
    }
    case 'not':
      return 0
    case 'phrase':
      return node.leaves.reduce((sum, each) => sum + scoreAt(each, offset, words), 0)
    default:
      return node.of.reduce((sum, each) => sum + scoreAt(each, offset, words), 0)
  }
}

/**
 * The words that lead to every message of a window that can be among the best: those without which nothing matches, or
 * those without which nothing reaches the threshold, whichever are fewer. None: the window can be left out.
 */
const leadsIn = (
  { drivers, scored }: InPart,
  low: number,
  high: number,
  threshold: number,
): readonly LeafCursor[] | undefined => {
  const bounds = scored.map(cursor => ({ cursor, bound: cursor.boundWithin(low, high) }))
  if (bounds.reduce((sum, { bound }) => sum + bound, 0) * SLACK <= threshold) return []
  bounds.sort((a, b) => a.bound - b.bound)
  let rest = 0
  let leading = 0
  while (leading < bounds.length && (rest + (bounds[leading]?.bound ?? 0)) * SLACK <= threshold) {
    rest += bounds[leading++]?.bound ?? 0
  }
  const needed = [...new Set(bounds.slice(leading).map(({ cursor }) => cursor))]
  return leading > 0 && (drivers === undefined || foundBy(needed) < foundBy(drivers)) ? needed : drivers
}
