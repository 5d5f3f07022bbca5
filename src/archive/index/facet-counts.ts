/** Counts the messages that match a search by project, component, level and month. */
import type { Facet, FacetGroups, GroupedPart } from './facet-groups.ts'
import type { IndexPart } from './index-part.ts'
import { bitsIn, NUMBERS_OF_SET, OFFSETS_OF_NUMBER, type OffsetBits } from './offset-bits.ts'

/** Counts by the numbers that the columns use; months as `2026-11`. */
export interface NumberedFacets {
  readonly messages: number
  readonly projects: ReadonlyMap<number, number>
  readonly components: ReadonlyMap<number, number>
  readonly levels: ReadonlyMap<number, number>
  readonly months: ReadonlyMap<string, number>
}

/** What counts are made of, by the numbers of the columns. */
type Counts = Record<Facet, Uint32Array>

/** Collects the messages that match, a part at a time, and counts them. */
export class FacetCounts {
  readonly #groups: FacetGroups
  readonly #parts: { readonly grouped: GroupedPart; readonly matching: OffsetBits }[] = []
  /** How many messages match in a part before each number of its set. */
  readonly #before = new Uint32Array(NUMBERS_OF_SET + 1)

  constructor(groups: FacetGroups) {
    this.#groups = groups
  }

  /** Adds the messages of a part that match. */
  add(part: IndexPart, matching: OffsetBits): void {
    this.#parts.push({ grouped: this.#groups.of(part), matching })
  }

  result(): NumberedFacets {
    const { largest } = this.#groups
    const counts: Counts = {
      projects: new Uint32Array(largest.projects + 1),
      components: new Uint32Array(largest.components + 1),
      levels: new Uint32Array(largest.levels + 1),
      months: new Uint32Array(largest.months + 1),
    }
    let messages = 0
    for (const { grouped, matching } of this.#parts) messages += this.#count(matching, grouped, counts)
    return {
      messages,
      projects: counted(counts.projects),
      components: counted(counts.components),
      levels: counted(counts.levels),
      months: new Map(
        this.#groups.months.flatMap(({ number, name }) => {
          const count = counts.months[number] ?? 0
          return count === 0 ? [] : [[name, count]]
        }),
      ),
    }
  }

  /** Adds the messages of a part to `counts`. @returns how many there are */
  #count(bits: OffsetBits, grouped: GroupedPart, counts: Counts): number {
    let all = 0
    for (let at = 0; at < NUMBERS_OF_SET; at++) {
      this.#before[at] = all
      all += bitsIn(bits[at] ?? 0)
    }
    this.#before[NUMBERS_OF_SET] = all
    for (const { facet, ends, values } of grouped.runs) {
      let before = 0
      for (let run = 0; run < ends.length; run++) {
        const upTo = this.#countBefore(bits, ends[run] ?? 0)
        increase(counts[facet], values[run] ?? 0, upTo - before)
        before = upTo
      }
    }
    const { groups } = grouped
    const of_groups = countOfGroups(bits, grouped, all)
    for (let group = 0; group < groups.size; group++) {
      const count = of_groups[group] ?? 0
      if (count === 0) continue
      increase(counts.projects, groups.projects[group] ?? 0, count)
      increase(counts.components, groups.components[group] ?? 0, count)
      increase(counts.levels, groups.levels[group] ?? 0, count)
      increase(counts.months, groups.months[group] ?? 0, count)
    }
    return all
  }

  /** How many messages match before a place of a part. */
  #countBefore(bits: OffsetBits, place: number): number {
    const at = Math.floor(place / OFFSETS_OF_NUMBER)
    return (this.#before[at] ?? 0) + bitsIn((bits[at] ?? 0) & ((1 << (place % OFFSETS_OF_NUMBER)) - 1))
  }
}

/**
 * How many messages of each group match: if more match than do not, those that do not are counted. The commonest group
 * has the rest.
 */
const countOfGroups = (
  bits: OffsetBits,
  { numbers, totals, commonest, others }: GroupedPart,
  all: number,
): Uint32Array => {
  const few = all <= numbers.length / 2
  const counts = few ? new Uint32Array(totals.length) : totals.slice()
  const more = few ? 1 : -1
  const turn = few ? 0 : -1
  for (let at = 0; at < NUMBERS_OF_SET; at++) {
    const last = (at + 1) * OFFSETS_OF_NUMBER - 1
    for (let left = ((bits[at] ?? 0) ^ turn) & (others[at] ?? 0); left !== 0; left &= left - 1) {
      const group = numbers[last - Math.clz32(left & -left)] ?? 0
      counts[group] = (counts[group] ?? 0) + more
    }
  }
  counts[commonest] = 0
  counts[commonest] = all - counts.reduce((sum, count) => sum + count, 0)
  return counts
}

const increase = (counts: Uint32Array, number: number, more: number): void => {
  counts[number] = (counts[number] ?? 0) + more
}

/** Values of 0 are none, and not counted. */
const counted = (counts: Uint32Array): ReadonlyMap<number, number> => {
  const found = new Map<number, number>()
  for (let number = 1; number < counts.length; number++) {
    const count = counts[number] ?? 0
    if (count > 0) found.set(number, count)
  }
  return found
}
