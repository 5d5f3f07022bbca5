/** Opens the plan of a query in one part of the index after another. */
import { Bm25 } from './bm25.ts'
import type { Columns } from './columns.ts'
import type { Passing } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { LeafCursor, type Lengths } from './leaf-cursor.ts'
import { postingsOf } from './leaf-postings.ts'
import type { LengthSets } from './message-lengths.ts'
import type { PartCache } from './part-cache.ts'
import { inOrderOfWork, type PartNode } from './part-node.ts'
import { PhraseCursor } from './phrase-cursor.ts'
import { phrasePostings } from './phrase-postings.ts'
import type { PlanNode, SearchPlan } from './search-plan.ts'

/** If the messages that pass the filter are this many times fewer than those with the rarest word of a phrase, they lead. */
const FILTER_LEADS = 4

export interface PartPlansDeps {
  readonly reader: PartReader
  readonly columns: Columns
  readonly lengths: PartCache<LengthSets>
  readonly plan: SearchPlan
  /** The root of the plan. */
  readonly root: PlanNode
}

/** A plan in one part. */
export interface PartPlan {
  /** Whether every message matches that contains a word that is scored. */
  readonly is_any: boolean
  /** A message matches if it meets all of these and of `phrases`. */
  readonly conditions: readonly PartNode[]
  /** What is checked last, in messages that can be hits: positions are read one message at a time. */
  readonly phrases: readonly { readonly phrase: PhraseCursor | undefined; readonly wanted: boolean }[]
  /** The words that are scored, each as often as it is scored, in the order in which scores are added. */
  readonly scored: readonly LeafCursor[]
}

type Phrase = Extract<PlanNode, { kind: 'phrase' }>

export class PartPlans {
  readonly #deps: PartPlansDeps
  readonly #conjuncts: readonly PlanNode[]
  readonly #scored: readonly number[]
  readonly #is_any: boolean

  constructor(deps: PartPlansDeps) {
    this.#deps = deps
    this.#conjuncts = deps.root.kind === 'all' ? deps.root.of : [deps.root]
    this.#scored = scoredBy(this.#conjuncts).filter(leaf => (deps.plan.leaves[leaf]?.weight ?? 0) > 0)
    this.#is_any =
      deps.root.kind === 'leaf' || (deps.root.kind === 'any' && deps.root.of.every(each => each.kind === 'leaf'))
  }

  /** For a search of the best messages. */
  open(part: IndexPart, passing: Passing | undefined): PartPlan {
    const opened = new PartOpening(this.#deps, part, passing)
    const conditions: PartNode[] = []
    const phrases: PartPlan['phrases'][number][] = []
    for (const each of this.#conjuncts) {
      const phrase = each.kind === 'not' ? each.of : each
      if (phrase.kind !== 'phrase' || phrase.phrase.proven) conditions.push(opened.node(each))
      else {
        const wanted = phrase === each
        if (wanted) conditions.push(...phrase.leaves.map(leaf => opened.word(leaf)))
        phrases.push({ phrase: PhraseCursor.open(this.#deps.reader, part, phrase.phrase), wanted })
      }
    }
    return {
      is_any: this.#is_any,
      conditions: inOrderOfWork(conditions),
      phrases,
      scored: this.#scored.flatMap(leaf => opened.cursor(leaf) ?? []),
    }
  }

  /** For a search of all messages. */
  openWhole(part: IndexPart, passing: Passing): PartNode {
    return new PartOpening(this.#deps, part, passing).node(this.#deps.root)
  }
}

/** The nodes of one part: each word is opened once. */
class PartOpening {
  readonly #deps: PartPlansDeps
  readonly #part: IndexPart
  readonly #passing: Passing | undefined
  readonly #lengths: Lengths
  readonly #cursors = new Map<number, LeafCursor | undefined>()

  constructor(deps: PartPlansDeps, part: IndexPart, passing: Passing | undefined) {
    this.#deps = deps
    this.#part = part
    this.#passing = passing
    this.#lengths = { words: deps.columns.column('words'), first: part.first, sets: deps.lengths.of(part) }
  }

  node(node: PlanNode): PartNode {
    switch (node.kind) {
      case 'leaf':
        return this.word(node.leaf)
      case 'phrase':
        return this.#phrase(node)
      case 'not':
        return { kind: 'not', of: this.node(node.of) }
      default:
        return { kind: node.kind, of: inOrderOfWork(node.of.map(each => this.node(each))) }
    }
  }

  word(leaf: number): PartNode {
    return { kind: 'word', cursor: this.cursor(leaf) }
  }

  cursor(number: number): LeafCursor | undefined {
    const known = this.#cursors.get(number)
    if (known !== undefined || this.#cursors.has(number)) return known
    const { reader, columns, plan } = this.#deps
    const leaf = plan.leaves[number]
    const postings = leaf === undefined ? undefined : postingsOf(reader, this.#part, leaf, columns)
    const bm25 = new Bm25(leaf?.weight ?? 0, plan.average)
    const cursor = postings === undefined ? undefined : new LeafCursor(postings, bm25, this.#lengths)
    this.#cursors.set(number, cursor)
    return cursor
  }

  /** Where few messages pass the filter, the positions of those are read; otherwise those of all, once. */
  #phrase({ leaves, phrase }: Phrase): PartNode {
    const { reader, columns, plan } = this.#deps
    const cursors = leaves.map(leaf => this.cursor(leaf))
    const words = inOrderOfWork(leaves.map(leaf => this.word(leaf)))
    if (phrase.proven) return { kind: 'all', of: words }
    const rarest = Math.min(...cursors.map(cursor => cursor?.postings.found ?? 0))
    if (rarest === 0) return { kind: 'word', cursor: undefined }
    if (this.#passing !== undefined && this.#passing.count * FILTER_LEADS < rarest)
      return { kind: 'phrase', words, phrase: PhraseCursor.open(reader, this.#part, phrase) }
    const found = phrasePostings(reader, this.#part, { phrase, leaves: cursors }, columns)
    if (found === undefined) return { kind: 'word', cursor: undefined }
    const unscored = new Bm25(0, plan.average)
    return { kind: 'word', cursor: new LeafCursor(found, unscored, this.#lengths) }
  }
}

/** The words that are scored: one that is a condition several times counts once, one of several alternatives each time. */
const scoredBy = (conjuncts: readonly PlanNode[]): readonly number[] => {
  const conditions = new Set<number>()
  return conjuncts.flatMap(each => {
    if (each.kind !== 'leaf' && each.kind !== 'phrase') return scoredIn(each)
    const own = scoredIn(each).filter(leaf => !conditions.has(leaf))
    for (const leaf of own) conditions.add(leaf)
    return own
  })
}

const scoredIn = (node: PlanNode): readonly number[] => {
  switch (node.kind) {
    case 'leaf':
      return [node.leaf]
    case 'phrase':
      return node.leaves
    case 'not':
      return []
    default:
      return node.of.flatMap(scoredIn)
  }
}
