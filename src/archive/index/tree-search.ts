/**
 * Searches a part of the index for messages that match any query: parentheses, and words that are counted. Looks only at
 * messages that some word leads to without which nothing matches, and not at windows in which nothing can be among the
 * best.
 */
import type { Columns } from './columns.ts'
import type { Passing } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { Bm25 } from './bm25.ts'
import {
  BoundedWords,
  byFound,
  LeafCursor,
  mayReach,
  PhraseCursor,
  postingsOf,
  SLACK,
  type BoundedWord,
} from './leaf-cursor.ts'
import type { OffsetBits } from './offset-bits.ts'
import { matchingOf } from './part-bits.ts'
import { driversOf, foundBy, groupsOf, matches, mayMatch, scoreAt, scoredOf, type PartNode } from './part-node.ts'
import type { SeqRange, Sort } from './part-search.ts'
import { phrasePostings } from './phrase-postings.ts'
import { PART_RANGE, WINDOW } from './posting-encoder.ts'
import type { PlanNode, SearchPlan } from './search-plan.ts'
import type { TopHits } from './top-hits.ts'
import { WindowMarks, type Window } from './window-marks.ts'

export interface TreeSearchDeps {
  readonly reader: PartReader
  readonly columns: Columns
  readonly plan: SearchPlan
  /** The root of the plan. */
  readonly root: PlanNode
}

/**
 * Words with more messages than the rarest ones by this factor are looked up in the messages of those; of others, all
 * messages of a window are marked.
 */
const MOST_MARKED = 8
/** One bit of a mark for each group of words, and one for excluded words. */
const MOST_GROUPS = 7
const EXCLUDED = 1 << MOST_GROUPS
/** If the messages that pass the filter are this many times fewer than those with the rarest word of a phrase, they lead. */
const FILTER_LEADS = 4
const NO_SCORE = new Bm25(0, 1)

/** Words that lead to every message of a window that can be among the best, and the most that all others score. */
interface Leads extends Marking {
  /** By rising bounds. */
  readonly others: readonly BoundedWord[]
  /** For each word of the only group, the most that those after it score; without them, all but the last are marked. */
  readonly later?: readonly number[]
}

/** Words of which the messages of a window are marked. */
interface Marking {
  /** A match contains a word of each group; `undefined`: any message can be one. */
  readonly groups: readonly (readonly LeafCursor[])[] | undefined
  /** A match contains none of them. */
  readonly excluded: readonly LeafCursor[]
  /** Whether every message matches that contains a word of each group and no excluded one. */
  readonly exact: boolean
}

/** What a search in one part works with. */
interface InPart {
  readonly part: IndexPart
  readonly root: PartNode
  /** Each match contains one of these; `undefined`: it may contain none. */
  readonly drivers: readonly LeafCursor[] | undefined
  readonly marking: Marking
  /** The words that are scored, each as often as it is scored. */
  readonly scored: BoundedWords
  readonly passing: Passing | undefined
  /** By sequence number; 0 for a message that was removed. */
  readonly roles: ArrayLike<number>
  readonly lowest: number
  readonly highest: number
}

export class TreeSearch {
  readonly #deps: TreeSearchDeps
  readonly #marks = new WindowMarks()

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
    for (let low = windowOf(own.highest); low >= 0 && low + WINDOW > own.lowest; low -= WINDOW) {
      const window = { low, high: Math.min(low + WINDOW - 1, own.highest) }
      if (!mayMatch(own.root, low, window.high)) continue
      if (sort === 'newest') this.#searchNewest(own, window, hits)
      else this.#searchBest(own, window, hits)
    }
  }

  #searchNewest(own: InPart, window: Window, hits: TopHits): void {
    const { columns } = this.#deps
    const { first } = own.part
    const { low, high } = window
    if (columns.latest(first + low, first + high) < hits.threshold) return
    const seconds = columns.column('seconds')
    const wanted = this.#mark(own.marking, window)
    for (let offset = high; offset >= low; offset--) {
      if (this.#marks.bits[offset - low] !== wanted) continue
      const second = seconds[first + offset] ?? 0
      if (second < hits.threshold || !passes(own, offset)) continue
      if (own.marking.exact || matches(own.root, offset)) hits.offer(second, first + offset)
    }
  }

  /** Looks at the messages of a window to which words lead that can score enough together with all others. */
  #searchBest(own: InPart, window: Window, hits: TopHits): void {
    const leads = leadsIn(own, window, hits.threshold)
    if (leads === undefined) return
    const { low, high } = window
    const { first } = own.part
    let rest = 0
    for (const { bound } of leads.others) rest += bound
    const wanted = this.#mark(leads, window, hits.threshold / SLACK - rest)
    const { bits, scores } = this.#marks
    for (let place = high - low; place >= 0; place--) {
      // Of a query that any message may match, no message is marked.
      if (wanted !== 0) place = this.#marks.lastFrom(place)
      if (place < 0) return
      if (bits[place] !== wanted) continue
      const offset = low + place
      const most = (scores[place] ?? 0) + rest
      if (!mayReach(hits.threshold, most, leads.others, offset) || !passes(own, offset)) continue
      const score = scoreAt(own.root, offset)
      if (score >= hits.threshold && (leads.exact || matches(own.root, offset))) hits.offer(score, first + offset)
    }
  }

  /** Every message of a part that matches and passes; `undefined` if there is none. */
  matching(part: IndexPart, passing: Passing): OffsetBits | undefined {
    if (passing.count === 0) return undefined
    const root = this.#node(part, this.#deps.root, passing)
    return driversOf(root)?.length === 0 ? undefined : matchingOf(root, passing.bits)
  }

  /**
   * Marks the messages of a window.
   * @param least adds up scores; a message whose score is lower need not be marked
   * @returns the mark of those that may match
   */
  #mark({ groups, excluded, later }: Marking & Pick<Leads, 'later'>, window: Window, least?: number): number {
    this.#marks.clear()
    if (groups === undefined) this.#marks.clearScores()
    let wanted = 0
    for (const group of groups ?? []) {
      // A message without a word of the groups before cannot match.
      for (const [at, cursor] of group.entries()) {
        const is_last = group === groups?.at(-1) && at === group.length - 1
        const more = later?.[at] ?? (is_last ? 0 : Infinity)
        const marking = { bit: wanted + 1, required: wanted, least: (least ?? 0) - more }
        if (least === undefined) this.#marks.mark(cursor, window, marking.bit, marking.required)
        else this.#marks.addScores(cursor, window, marking)
      }
      wanted = 2 * wanted + 1
    }
    for (const cursor of excluded) this.#marks.mark(cursor, window, EXCLUDED, wanted)
    return wanted
  }

  /** @returns undefined when nothing in the part matches */
  #open(part: IndexPart, passing: Passing | undefined, { after, up_to }: SeqRange): InPart | undefined {
    if (passing?.count === 0) return undefined
    const root = this.#node(part, this.#deps.root, passing)
    const drivers = driversOf(root)
    if (drivers?.length === 0) return undefined
    return {
      part,
      root,
      drivers,
      marking: markingOf(root, drivers),
      scored: new BoundedWords(scoredOf(root)),
      passing,
      roles: this.#deps.columns.column('role'),
      lowest: Math.max(0, after + 1 - part.first),
      highest: Math.min(part.last, up_to) - part.first,
    }
  }

  #node(part: IndexPart, node: PlanNode, passing: Passing | undefined): PartNode {
    switch (node.kind) {
      case 'leaf':
        return { kind: 'leaf', cursor: this.#cursor(part, node.leaf) }
      case 'phrase':
        return this.#phrase(part, node, passing)
      case 'not':
        return { kind: 'not', of: this.#node(part, node.of, passing) }
      default:
        return { kind: node.kind, of: node.of.map(each => this.#node(part, each, passing)) }
    }
  }

  /** Where few messages pass the filter, the positions of those are read; otherwise those of all, once. */
  #phrase(
    part: IndexPart,
    { leaves, phrase }: Extract<PlanNode, { kind: 'phrase' }>,
    passing: Passing | undefined,
  ): PartNode {
    const { reader, columns } = this.#deps
    const cursors = leaves.map(leaf => this.#cursor(part, leaf))
    const nodes = cursors.map(cursor => ({ kind: 'leaf', cursor }) as const)
    if (phrase.proven) return { kind: 'phrase', leaves: nodes, phrase: undefined, proven: true }
    const rarest = Math.min(...cursors.map(cursor => cursor?.postings.found ?? 0))
    if (passing !== undefined && passing.count * FILTER_LEADS < rarest)
      return { kind: 'phrase', leaves: nodes, phrase: PhraseCursor.open(reader, part, phrase), proven: false }
    const found = rarest === 0 ? undefined : phrasePostings(reader, part, { phrase, leaves: cursors }, columns)
    const cursor =
      found === undefined
        ? undefined
        : new LeafCursor(found, NO_SCORE, { words: columns.column('words'), first: part.first })
    return { kind: 'found', leaves: nodes, cursor }
  }

  #cursor(part: IndexPart, number: number): LeafCursor | undefined {
    const { reader, columns, plan } = this.#deps
    const leaf = plan.leaves[number]
    const postings = leaf === undefined ? undefined : postingsOf(reader, part, leaf, columns)
    if (leaf === undefined || postings === undefined) return undefined
    return new LeafCursor(postings, new Bm25(leaf.weight, plan.average), {
      words: columns.column('words'),
      first: part.first,
    })
  }
}

const passes = ({ part, passing, roles, lowest, highest }: InPart, offset: number): boolean =>
  offset >= lowest &&
  offset <= highest &&
  (passing === undefined ? (roles[part.first + offset] ?? 0) !== 0 : passing.has(offset))

const windowOf = (offset: number): number => {
  const within = Math.max(0, Math.min(offset, PART_RANGE - 1))
  return within - (within % WINDOW)
}

/** The words of a query of which messages are marked: the drivers, and all others that are not much more frequent. */
const markingOf = (root: PartNode, drivers: readonly LeafCursor[] | undefined): Marking => {
  const { groups, excluded, exact } = groupsOf(root)
  if (drivers === undefined) return { groups: undefined, excluded: [], exact: false }
  const most = MOST_MARKED * foundBy(drivers)
  const others = groups.filter(group => !isSame(group, drivers))
  const marked = others.filter(group => foundBy(group) <= most).slice(0, MOST_GROUPS - 1)
  const all_excluded = foundBy(excluded) <= most
  return {
    groups: [drivers, ...marked],
    excluded: all_excluded ? excluded : [],
    exact: exact && marked.length === others.length && others.length < groups.length && all_excluded,
  }
}

const isSame = (some: readonly LeafCursor[], others: readonly LeafCursor[]): boolean =>
  some.length === others.length && some.every((each, at) => each === others[at])

/**
 * The words that lead to every message of a window that can be among the best: those without which nothing matches, or
 * those without which nothing reaches the threshold, whichever are fewer. `undefined`: the window can be left out.
 */
const leadsIn = ({ drivers, marking, scored }: InPart, window: Window, threshold: number): Leads | undefined => {
  if (scored.moveTo(window) * SLACK <= threshold) return undefined
  const leading = scored.leftOutBelow(threshold)
  const { cursors: needed, later } = byFound(scored.rising.slice(leading))
  if (leading > 0 && (drivers === undefined || foundBy(needed) < foundBy(drivers))) {
    return { groups: [needed], excluded: [], exact: false, others: scored.rising.slice(0, leading), later }
  }
  const marked = new Set(marking.groups?.flat())
  return { ...marking, others: scored.rising.filter(({ cursor }) => !marked.has(cursor)) }
}
