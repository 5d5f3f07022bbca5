/** BM25 over every message of the archive's index, without any shortcut: what a search is compared with. */
import type { Columns } from '../../src/archive/index/columns.ts'
import type { IndexPart, PartReader } from '../../src/archive/index/index-part.ts'
import { Bm25 } from '../../src/archive/index/bm25.ts'
import { postingsOf } from '../../src/archive/index/leaf-postings.ts'
import { PhraseCursor } from '../../src/archive/index/phrase-cursor.ts'
import type { PlanNode, SearchPlan } from '../../src/archive/index/search-plan.ts'
import { emptyBlock, type TermPostings } from '../../src/archive/index/term-postings.ts'

/** The messages of a part that match, by offset, and what they score. */
export interface Matches {
  readonly matched: Uint8Array
  readonly scores: Float64Array
}

const sizeOf = ({ first, last }: IndexPart): number => last - first + 1

export class WholeSearch {
  readonly #reader: PartReader
  readonly #columns: Columns
  readonly #plan: SearchPlan

  constructor(reader: PartReader, columns: Columns, plan: SearchPlan) {
    this.#reader = reader
    this.#columns = columns
    this.#plan = plan
  }

  /** What matches; messages that are gone may be among it. */
  search(part: IndexPart): Matches {
    return this.#node(part, this.#plan.root)
  }

  #node(part: IndexPart, node: PlanNode | undefined): Matches {
    switch (node?.kind) {
      case undefined:
        return { matched: new Uint8Array(sizeOf(part)).fill(1), scores: new Float64Array(sizeOf(part)) }
      case 'leaf':
        return this.#leaf(part, node.leaf)
      case 'not': {
        const { matched } = this.#node(part, node.of)
        for (let at = 0; at < matched.length; at++) matched[at] = 1 - (matched[at] ?? 0)
        return { matched, scores: new Float64Array(matched.length) }
      }
      case 'phrase':
        return this.#phrase(part, node)
      case 'all':
        return this.#joined(part, node.of, (a, b) => a & b)
      case 'any':
        return this.#joined(part, node.of, (a, b) => a | b)
    }
  }

  #joined(part: IndexPart, nodes: readonly PlanNode[], join: (a: number, b: number) => number): Matches {
    const [first, ...others] = nodes
    const { matched, scores } = this.#node(part, first)
    for (const each of others) {
      const other = this.#node(part, each)
      for (let at = 0; at < matched.length; at++) {
        matched[at] = join(matched[at] ?? 0, other.matched[at] ?? 0)
        scores[at] = (scores[at] ?? 0) + (other.scores[at] ?? 0)
      }
    }
    return { matched, scores }
  }

  #leaf(part: IndexPart, number: number): Matches {
    const matches = { matched: new Uint8Array(sizeOf(part)), scores: new Float64Array(sizeOf(part)) }
    const leaf = this.#plan.leaves[number]
    const postings = leaf === undefined ? undefined : postingsOf(this.#reader, part, leaf, this.#columns)
    if (leaf !== undefined && postings !== undefined) this.#add(matches, part, postings, leaf.weight)
    return matches
  }

  #add({ matched, scores }: Matches, { first }: IndexPart, postings: TermPostings, weight: number): void {
    const words = this.#columns.column('words')
    const bm25 = new Bm25(weight, this.#plan.average)
    const block = emptyBlock()
    for (let number = 0; number < postings.blocks; number++) {
      postings.decode(number, block)
      for (let at = 0; at < block.size; at++) {
        const offset = block.offsets[at] ?? 0
        matched[offset] = 1
        if (weight > 0) scores[offset] = bm25.score(block.counts[at] ?? 0, words[first + offset] ?? 1)
      }
    }
  }

  #phrase(part: IndexPart, { leaves, phrase }: Extract<PlanNode, { kind: 'phrase' }>): Matches {
    const matches = this.#joined(
      part,
      leaves.map(leaf => ({ kind: 'leaf', leaf })),
      (a, b) => a & b,
    )
    if (phrase.proven) return matches
    const cursor = PhraseCursor.open(this.#reader, part, phrase)
    for (let offset = matches.matched.length - 1; offset >= 0; offset--) {
      if (matches.matched[offset] === 1 && cursor?.isAt(offset) !== true) matches.matched[offset] = 0
    }
    return matches
  }
}
