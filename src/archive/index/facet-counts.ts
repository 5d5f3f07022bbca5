/** Counts the messages that match a search by project, component, level and month. */
import { REGION, type Facet, type FacetGroups, type GroupedRegion } from './facet-groups.ts'
import { bitsIn, noOffsets, NUMBERS_OF_SET, OFFSETS_OF_NUMBER, type OffsetBits } from './offset-bits.ts'

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
  /** For each region, which of its messages match. */
  readonly #regions = new Map<number, OffsetBits>()
  /** How many messages match in a region before each number of its set. */
  readonly #before = new Uint32Array(NUMBERS_OF_SET)

  constructor(groups: FacetGroups) {
    this.#groups = groups
  }

  /** Adds messages of a part. @param first its first sequence number */
  add(first: number, bits: OffsetBits): void {
    const step = first % OFFSETS_OF_NUMBER
    const begin = Math.floor(first / OFFSETS_OF_NUMBER)
    let matching = NO_OFFSETS
    /** Where the set of the next region begins. */
    let next = 0
    for (let at = 0; at <= NUMBERS_OF_SET; at++) {
      const own = at === NUMBERS_OF_SET ? 0 : (bits[at] ?? 0) << step
      const number = step === 0 || at === 0 ? own : own | ((bits[at - 1] ?? 0) >>> (OFFSETS_OF_NUMBER - step))
      if (number === 0) continue
      if (at >= next) {
        const region = Math.floor((begin + at) / NUMBERS_OF_SET)
        matching = this.#region(region)
        next = (region + 1) * NUMBERS_OF_SET - begin
      }
      const place = (begin + at) % NUMBERS_OF_SET
      matching[place] = (matching[place] ?? 0) | number
    }
  }

  result(): NumberedFacets {
    const regions = [...this.#regions].map(([number, bits]) => ({ bits, grouped: this.#groups.region(number) }))
    const { largest } = this.#groups
    const counts: Counts = {
      projects: new Uint32Array(largest.projects + 1),
      components: new Uint32Array(largest.components + 1),
      levels: new Uint32Array(largest.levels + 1),
      months: new Uint32Array(largest.months + 1),
    }
    let messages = 0
    for (const { bits, grouped } of regions) messages += this.#count(bits, grouped, counts)
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

  /** Adds the messages of a region to `counts`. @returns how many there are */
  #count(bits: OffsetBits, { numbers, groups, totals, runs }: GroupedRegion, counts: Counts): number {
    let all = 0
    for (let at = 0; at < NUMBERS_OF_SET; at++) {
      this.#before[at] = all
      all += bitsIn(bits[at] ?? 0)
    }
    for (const { facet, ends, values } of runs) {
      let before = 0
      for (let run = 0; run < ends.length; run++) {
        const upTo = this.#countBefore(bits, ends[run] ?? 0, all)
        increase(counts[facet], values[run] ?? 0, upTo - before)
        before = upTo
      }
    }
    const of_groups = groups.size === 1 ? [all] : countOfGroups(bits, numbers, totals, all)
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

  /** How many messages match before a place of a region. */
  #countBefore(bits: OffsetBits, place: number, all: number): number {
    if (place === REGION) return all
    const at = Math.floor(place / OFFSETS_OF_NUMBER)
    return (this.#before[at] ?? 0) + bitsIn((bits[at] ?? 0) & ((1 << (place % OFFSETS_OF_NUMBER)) - 1))
  }

  #region(number: number): OffsetBits {
    let region = this.#regions.get(number)
    if (region === undefined) {
      region = noOffsets()
      this.#regions.set(number, region)
    }
    return region
  }
}

/** How many messages of each group match: if more match than do not, those that do not are counted. */
const countOfGroups = (bits: OffsetBits, numbers: Uint16Array, totals: Uint32Array, all: number): Uint32Array => {
  const few = all <= REGION / 2
  const counts = few ? new Uint32Array(totals.length) : totals.slice()
  const more = few ? 1 : -1
  const turn = few ? 0 : -1
  for (let at = 0; at < NUMBERS_OF_SET; at++) {
    const last = (at + 1) * OFFSETS_OF_NUMBER - 1
    for (let left = (bits[at] ?? 0) ^ turn; left !== 0; left &= left - 1) {
      const group = numbers[last - Math.clz32(left & -left)] ?? 0
      counts[group] = (counts[group] ?? 0) + more
    }
  }
  return counts
}

const NO_OFFSETS: OffsetBits = new Int32Array()

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
