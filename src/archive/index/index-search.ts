/** Runs a search plan over the parts of the index: finds the best messages, or counts all matching ones. */
import type { Columns } from './columns.ts'
import { FilterMask, isOpen, type ColumnFilter } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { PartSearch, type SeqRange, type Sort } from './part-search.ts'
import { conditionsOf, type SearchPlan } from './search-plan.ts'
import type { TopHits } from './top-hits.ts'
import { TreeSearch, type ActOnSeqs } from './tree-search.ts'

/** What to search for, and in which messages. */
export interface IndexQuery {
  readonly plan: SearchPlan
  readonly filter: ColumnFilter
  readonly sort: Sort
  readonly range: SeqRange
}

export class IndexSearch {
  readonly #reader: PartReader
  readonly #columns: Columns

  constructor(reader: PartReader, columns: Columns) {
    this.#reader = reader
    this.#columns = columns
  }

  /** Adds the best messages to `hits`; without words, the newest. */
  search(query: IndexQuery, hits: TopHits): void {
    const { plan, filter, range, sort } = query
    const { root } = plan
    if (root === undefined) {
      this.#browse(query, hits)
      return
    }
    const deps = { reader: this.#reader, columns: this.#columns, plan }
    const conditions = conditionsOf(root)
    const row = conditions === undefined ? undefined : new PartSearch({ ...deps, conditions, sort, hits })
    const tree = new TreeSearch({ ...deps, root })
    const mask = isOpen(filter) ? undefined : new FilterMask(this.#columns, filter)
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const passing = mask?.of(part, range)
      if (row !== undefined) row.search(part, passing, range)
      else tree.search(part, passing, { range, sort, hits })
    }
  }

  /** Gives all matching messages to `act`, some at a time. */
  forEach(query: IndexQuery, act: ActOnSeqs): void {
    const { plan, filter, range } = query
    const { root } = plan
    const deps = { reader: this.#reader, columns: this.#columns, plan }
    const tree = root === undefined ? undefined : new TreeSearch({ ...deps, root })
    const mask = tree !== undefined && isOpen(filter) ? undefined : new FilterMask(this.#columns, filter)
    for (const part of this.#partsFor(query)) {
      const passing = mask?.of(part, range)
      if (tree !== undefined) tree.forEach(part, passing, range, act)
      else if (passing !== undefined) {
        act(
          Uint32Array.from(passing.offsets.subarray(0, passing.count), offset => part.first + offset),
          passing.count,
        )
      }
    }
  }

  #browse(query: IndexQuery, hits: TopHits): void {
    const mask = new FilterMask(this.#columns, query.filter)
    const seconds = this.#columns.column('seconds')
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const { offsets, count } = mask.of(part, query.range)
      for (let at = count - 1; at >= 0; at--) {
        const seq = part.first + (offsets[at] ?? 0)
        hits.offer(seconds[seq] ?? 0, seq)
      }
    }
  }

  /** The parts in the order in which the best messages come early. */
  #partsFor({ range, sort, plan }: IndexQuery): readonly IndexPart[] {
    const parts = this.#reader.parts.filter(({ first, last }) => last > range.after && first <= range.up_to)
    const newest = parts.toReversed()
    if (sort !== 'newest' && plan.root !== undefined) return newest
    const latest = new Map(newest.map(part => [part, this.#columns.latest(part.first, part.last)]))
    return newest.sort((a, b) => (latest.get(b) ?? 0) - (latest.get(a) ?? 0))
  }

  #isTooOld({ first, last }: IndexPart, { sort, filter, plan }: IndexQuery, hits: TopHits): boolean {
    const latest = this.#columns.latest(first, last)
    if (filter.since !== undefined && latest < filter.since) return true
    return (sort === 'newest' || plan.root === undefined) && latest < hits.threshold
  }
}
