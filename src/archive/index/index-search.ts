/** Runs a search plan over the parts of the index: finds the best messages, or counts all matching ones. */
import type { Columns } from './columns.ts'
import { FilterMask, isOpen, type ColumnFilter, type Passing } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { PartSearch, type SeqRange, type Sort } from './part-search.ts'
import { conditionsOf, type SearchPlan } from './search-plan.ts'
import type { TopHits } from './top-hits.ts'
import { WholeSearch } from './whole-search.ts'

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

  /** Adds the best messages to `hits`. Without words, or for a query that is not a row of conditions, looks at every message. */
  search(query: IndexQuery, hits: TopHits): void {
    const { plan, filter, sort } = query
    const conditions = plan.root === undefined ? undefined : conditionsOf(plan.root)
    if (conditions === undefined) {
      this.#searchWhole(query, hits)
      return
    }
    const search = new PartSearch({ reader: this.#reader, columns: this.#columns, plan, conditions, sort, hits })
    const mask = isOpen(filter) ? undefined : new FilterMask(this.#columns, filter)
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const passing = mask?.of(part, query.range)
      search.search(part, passing, query.range)
    }
  }

  /** Every message that matches. */
  forEach(query: IndexQuery, act: (seq: number, score: number) => void): void {
    const { plan, filter, range } = query
    const whole = new WholeSearch(this.#reader, this.#columns, plan)
    const mask = new FilterMask(this.#columns, filter)
    for (const part of this.#partsFor(query)) {
      const passing = mask.of(part, range)
      if (passing.count === 0) continue
      if (plan.root === undefined) {
        for (let at = 0; at < passing.count; at++) act(part.first + (passing.offsets[at] ?? 0), 0)
        continue
      }
      const { matched, scores } = whole.search(part)
      for (let at = 0; at < passing.count; at++) {
        const offset = passing.offsets[at] ?? 0
        if (matched[offset] === 1) act(part.first + offset, scores[offset] ?? 0)
      }
    }
  }

  #searchWhole(query: IndexQuery, hits: TopHits): void {
    const { plan, filter, range } = query
    const by_time = query.sort === 'newest' || plan.root === undefined
    const whole = new WholeSearch(this.#reader, this.#columns, plan)
    const mask = new FilterMask(this.#columns, filter)
    const seconds = this.#columns.column('seconds')
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const passing: Passing = mask.of(part, range)
      if (passing.count === 0) continue
      const matches = plan.root === undefined ? undefined : whole.search(part)
      for (let at = passing.count - 1; at >= 0; at--) {
        const offset = passing.offsets[at] ?? 0
        if (matches !== undefined && matches.matched[offset] !== 1) continue
        const seq = part.first + offset
        hits.offer(by_time ? (seconds[seq] ?? 0) : (matches?.scores[offset] ?? 0), seq)
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
