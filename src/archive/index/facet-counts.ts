/** Counts the messages that match a search by project, component, level and month. */
import { Groups, REGION, type FacetGroups } from './facet-groups.ts'
import { firstOffset, NUMBERS_OF_SET, OFFSETS_OF_NUMBER, type OffsetBits } from './offset-bits.ts'
import { REGION_BITS } from './columns.ts'

/** Counts by the numbers that the columns use; months as `2026-11`. */
export interface NumberedFacets {
  readonly messages: number
  readonly projects: ReadonlyMap<number, number>
  readonly components: ReadonlyMap<number, number>
  readonly levels: ReadonlyMap<number, number>
  readonly months: ReadonlyMap<string, number>
}

/** The counts of a region by group. */
interface RegionCounts {
  readonly numbers: Uint16Array
  readonly groups: Groups
  readonly counts: Uint32Array
}

/** Counts messages, a part at a time. */
export class FacetCounts {
  readonly #groups: FacetGroups
  readonly #regions = new Map<number, RegionCounts>()

  constructor(groups: FacetGroups) {
    this.#groups = groups
  }

  /** Counts messages of a part. @param first its first sequence number */
  add(first: number, bits: OffsetBits): void {
    let region = -1
    let { numbers, counts } = NO_COUNTS
    for (let at = 0; at < NUMBERS_OF_SET; at++) {
      let left = bits[at] ?? 0
      if (left === 0) continue
      const low = first + at * OFFSETS_OF_NUMBER
      const high = low + OFFSETS_OF_NUMBER - 1
      if (low >>> REGION_BITS !== high >>> REGION_BITS) {
        this.#addEach(first, at, left)
        continue
      }
      if (low >>> REGION_BITS !== region) {
        region = low >>> REGION_BITS
        ;({ numbers, counts } = this.#region(region))
      }
      const last = high & (REGION - 1)
      do {
        const group = numbers[last - Math.clz32(left & -left)] ?? 0
        counts[group] = (counts[group] ?? 0) + 1
        left &= left - 1
      } while (left !== 0)
    }
  }

  result(): NumberedFacets {
    const projects = new Uint32Array(MOST_NUMBER + 1)
    const components = new Uint32Array(MOST_NUMBER + 1)
    const levels = new Uint32Array(MOST_LEVEL + 1)
    const months = new Uint32Array(this.#groups.months.length + 1)
    let messages = 0
    for (const { groups, counts } of this.#regions.values()) {
      for (let at = 0; at < groups.size; at++) {
        const count = counts[at] ?? 0
        if (count === 0) continue
        messages += count
        increase(projects, groups.projects[at] ?? 0, count)
        increase(components, groups.components[at] ?? 0, count)
        increase(levels, groups.levels[at] ?? 0, count)
        increase(months, groups.months[at] ?? 0, count)
      }
    }
    return {
      messages,
      projects: counted(projects),
      components: counted(components),
      levels: counted(levels),
      months: new Map(
        this.#groups.months.flatMap(({ number, name }) => {
          const count = months[number] ?? 0
          return count === 0 ? [] : [[name, count]]
        }),
      ),
    }
  }

  /** The same for messages of two regions. */
  #addEach(first: number, at: number, bits: number): void {
    for (let left = bits; left !== 0; left &= left - 1) {
      const seq = first + firstOffset(at, left)
      const { numbers, counts } = this.#region(seq >>> REGION_BITS)
      const group = numbers[seq & (REGION - 1)] ?? 0
      counts[group] = (counts[group] ?? 0) + 1
    }
  }

  #region(number: number): RegionCounts {
    let region = this.#regions.get(number)
    if (region === undefined) {
      const { numbers, groups } = this.#groups.region(number)
      region = { numbers, groups, counts: new Uint32Array(groups.size) }
      this.#regions.set(number, region)
    }
    return region
  }
}

const NO_COUNTS: RegionCounts = { numbers: new Uint16Array(), groups: new Groups(), counts: new Uint32Array() }
/** The columns of projects and components have two bytes, that of levels one. */
const MOST_NUMBER = 0xffff
const MOST_LEVEL = 0xff

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
