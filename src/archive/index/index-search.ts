/** Runs a search plan over the parts of the index: finds the best messages, or counts all matching ones. */
import type { Columns } from './columns.ts'
import { isOpen, PassingMessages, type ColumnFilter, type Passing } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { PartSearch, type SeqRange, type Sort } from './part-search.ts'
import { matchingOf } from './part-node.ts'
import { PartPlans } from './part-plan.ts'
import type { PlanNode, SearchPlan } from './search-plan.ts'
import { TopHits } from './top-hits.ts'
import { LengthSets } from './message-lengths.ts'
import { PartCache } from './part-cache.ts'
import type { OffsetBits } from './offset-bits.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'

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
  readonly #passing: PassingMessages
  readonly #lengths: PartCache<LengthSets>
  #is_rehearsed = false

  constructor(reader: PartReader, columns: Columns) {
    this.#reader = reader
    this.#columns = columns
    this.#passing = new PassingMessages(columns)
    this.#lengths = new PartCache(
      columns,
      ({ first, last }) => new LengthSets(columns.column('words').subarray(first, last + 1)),
    )
  }

  /** Adds the best messages to `hits`; without words, the newest. */
  search(query: IndexQuery, hits: TopHits): void {
    const { plan, filter, range, sort } = query
    const { root } = plan
    if (root === undefined) {
      this.#browse(query, hits)
      return
    }
    const plans = this.#plansOf(plan, root)
    const search = new PartSearch({ columns: this.#columns, sort, hits })
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const passing = isOpen(filter) ? undefined : this.#passingOf(part, query)
      if (passing?.count !== 0) search.search(part, plans.open(part, passing), passing, range)
    }
  }

  /** Gives all matching messages of each part to `act`; they are not to be changed. */
  forEach(query: IndexQuery, act: (part: IndexPart, matching: OffsetBits) => void): void {
    const { plan } = query
    const plans = plan.root === undefined ? undefined : this.#plansOf(plan, plan.root)
    for (const part of this.#partsFor(query)) {
      const passing = this.#passingOf(part, query)
      if (passing.count === 0) continue
      act(part, plans === undefined ? passing.bits : matchingOf(plans.openWhole(part, passing), passing.bits))
    }
  }

  /**
   * Prepares, in slices, what a search for some words needs of every part. The first time, it also searches each part by
   * itself: the search, which is one step, then runs as compiled code.
   * @param average number of words of a message
   */
  async prepare(terms: readonly string[], average: number): Promise<void> {
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    const all = new TimeSlices()
    const { parts } = this.#reader
    const hits = new TopHits(REHEARSED_HITS)
    this.#lengths.keep(parts)
    for (const part of parts) {
      // The parts were merged meanwhile: what is still missing is made when it is needed.
      if (this.#reader.parts !== parts) return
      this.#lengths.of(part)
      const lengths = { words: this.#columns.column('words'), first: part.first }
      for (const term of terms) this.#reader.postings(part, term)?.bestsOf(average, lengths)
      await slices.pause()
      if (this.#is_rehearsed || this.#reader.parts !== parts) continue
      this.search({ ...rehearsal(terms, average), range: { after: part.first - 1, up_to: part.last } }, hits)
      await slices.pause()
    }
    if (terms.length > 0) this.#is_rehearsed = true
    // If there was much to prepare, the search is a step of its own.
    await all.pause()
  }

  #plansOf(plan: SearchPlan, root: PlanNode): PartPlans {
    return new PartPlans({ reader: this.#reader, columns: this.#columns, lengths: this.#lengths, plan, root })
  }

  #passingOf(part: IndexPart, { filter, range }: IndexQuery): Passing {
    return this.#passing.of(part, filter, range)
  }

  #browse(query: IndexQuery, hits: TopHits): void {
    const seconds = this.#columns.column('seconds')
    for (const part of this.#partsFor(query)) {
      if (this.#isTooOld(part, query, hits)) continue
      const { offsets, count } = this.#passingOf(part, query)
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
    const is_by_time = sort === 'newest' || plan.root === undefined
    const earliest = Math.max(filter.since ?? 0, is_by_time ? hits.threshold : 0)
    return earliest > 0 && this.#columns.latest(first, last) < earliest
  }
}

const REHEARSED_HITS = 10

const rehearsal = (terms: readonly string[], average: number): Omit<IndexQuery, 'range'> => ({
  plan: {
    leaves: terms.map(term => ({ terms: [term], found: 0, weight: 1 })),
    root: { kind: 'any', of: terms.map((_, leaf) => ({ kind: 'leaf', leaf })) },
    average,
  },
  filter: { values: new Map() },
  sort: 'relevance',
})
