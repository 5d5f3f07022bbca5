/**
 * Numbers messages so that those with the same number are the same for every count: of the same project, component,
 * level and month. A search then counts one number for each message that matches, and reads no column. What changes
 * seldom from message to message, such as the month, is kept as runs instead, each of which is counted as a whole.
 */
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import { timeZone, type TimeZone } from '../../platform/time-zone.ts'
import { TimeSlices } from '../../platform/yield.ts'
import type { ColumnName, Columns } from './columns.ts'
import type { IndexPart } from './index-part.ts'
import { PartCache } from './part-cache.ts'
import { addOffset, noOffsets, type OffsetBits } from './offset-bits.ts'
import { PART_RANGE } from './posting-encoder.ts'

/** A month in a time zone. */
interface Month {
  /** Seconds since the Unix epoch: from the first that belongs to it up to, but without, that of the next month. */
  readonly begins: number
  readonly ends: number
  /** Such as `2026-11`. */
  readonly name: string
  /** From 1; 0 means “no time”. */
  readonly number: number
}

/** The months of a time zone that messages have, numbered as they are met. */
class Months {
  readonly #zone: TimeZone
  /** By their times. */
  readonly #months: Month[] = []

  constructor(time_zone: string) {
    this.#zone = timeZone(time_zone)
  }

  /** By their times. */
  get all(): readonly Month[] {
    return this.#months
  }

  of(second: number): Month {
    let place = 0
    for (let high = this.#months.length; place < high;) {
      const middle = (place + high) >>> 1
      if ((this.#months[middle]?.ends ?? 0) <= second) place = middle + 1
      else high = middle
    }
    const known = this.#months[place]
    if (known !== undefined && second >= known.begins) return known
    const day = new Date(this.#zone.dayOf(second * SECOND_MS) * DAY_MS)
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()]
    const beginOf = (number: number): number =>
      Math.ceil(this.#zone.beginOf(Date.UTC(year, number, 1) / DAY_MS) / SECOND_MS)
    const found: Month = {
      begins: beginOf(month),
      ends: beginOf(month + 1),
      name: `${String(year)}-${String(month + 1).padStart(2, '0')}`,
      number: this.#months.length + 1,
    }
    this.#months.splice(place, 0, found)
    return found
  }
}

/** The groups of a part. */
export interface GroupedPart {
  /** For each message of the part, the number of its group. */
  readonly numbers: Uint16Array
  readonly groups: Groups
  /** How many sequence numbers of the part have each number, whether or not there is a message. */
  readonly totals: Uint32Array
  /** The number of the group with most messages, and the messages of all others. */
  readonly commonest: number
  readonly others: OffsetBits
  /** What is not among the groups, where the number is 0 for all of them. */
  readonly runs: readonly Runs[]
}

/** What is counted by itself. */
export type Facet = 'projects' | 'components' | 'levels' | 'months'

/** Messages that follow each other and have the same value. */
export interface Runs {
  readonly facet: Facet
  /** Where in the part each run ends: rising, and the message there belongs to the next one. */
  readonly ends: Uint32Array
  readonly values: Uint16Array
}

/** What the messages of each group have in common, by the numbers of the columns. */
export class Groups {
  size = 0
  projects = new Uint16Array(FEW_GROUPS)
  components = new Uint16Array(FEW_GROUPS)
  levels = new Uint8Array(FEW_GROUPS)
  months = new Uint16Array(FEW_GROUPS)

  has(number: number, project: number, component: number, level: number, month: number): boolean {
    return (
      this.projects[number] === project &&
      this.components[number] === component &&
      this.levels[number] === level &&
      this.months[number] === month
    )
  }

  /** @returns the number of the new group */
  add(project: number, component: number, level: number, month: number): number {
    if (this.size === this.levels.length) this.#grow()
    this.projects[this.size] = project
    this.components[this.size] = component
    this.levels[this.size] = level
    this.months[this.size] = month
    return this.size++
  }

  #grow(): void {
    const larger = <T extends Uint8Array | Uint16Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    const size = 2 * this.size
    this.projects = larger(this.projects, new Uint16Array(size))
    this.components = larger(this.components, new Uint16Array(size))
    this.levels = larger(this.levels, new Uint8Array(size))
    this.months = larger(this.months, new Uint16Array(size))
  }
}

/** A part has room for so many groups at first. */
const FEW_GROUPS = 1024
/** Up to so many runs of a part are counted faster than its messages. */
const MOST_RUNS = PART_RANGE / 32
const ZEROS = new Uint16Array(PART_RANGE)
const NO_MONTH: Month = { begins: 0, ends: 0, name: '', number: 0 }
/** Spreads the numbers of a group over the places. */
const SPREAD = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const

/** The groups of an archive in one time zone. A part is numbered when it is asked for after a change. */
export class FacetGroups {
  readonly #columns: Columns
  readonly time_zone: string
  readonly #months: Months
  readonly #parts: PartCache<GroupedPart>
  /** The largest number that a message has, or had. */
  readonly largest: Record<Facet, number> = { projects: 0, components: 0, levels: 0, months: 0 }

  constructor(columns: Columns, time_zone: string) {
    this.#columns = columns
    this.time_zone = time_zone
    this.#months = new Months(time_zone)
    this.#parts = new PartCache(columns, part => this.#grouped(part))
  }

  /** Names of the months by their numbers, in the order of time. */
  get months(): readonly { readonly number: number; readonly name: string }[] {
    return this.#months.all
  }

  /** Numbers all parts that were written since, in slices: a search that counts then need not. */
  async prepare(parts: readonly IndexPart[]): Promise<void> {
    const slices = new TimeSlices()
    this.#parts.keep(parts)
    for (const part of parts) {
      this.of(part)
      await slices.pause()
    }
  }

  of(part: IndexPart): GroupedPart {
    return this.#parts.of(part)
  }

  #grouped({ first, last }: IndexPart): GroupedPart {
    const valuesOf = (name: ColumnName): Values => this.#columns.column(name).subarray(first, last + 1)
    const seconds = valuesOf('seconds')
    // Also messages that are not there yet: their values are, and `show` does not write.
    const values = {
      projects: valuesOf('project'),
      components: valuesOf('component'),
      levels: valuesOf('level'),
      months: this.#monthsOf(seconds),
    }
    for (const facet of FACETS) {
      let largest = this.largest[facet]
      for (const value of values[facet]) if (value > largest) largest = value
      this.largest[facet] = largest
    }
    const runs = FACETS.flatMap(facet => runsOf(facet, values[facet]) ?? [])
    const ofGroups = (facet: Facet): Values => (runs.some(each => each.facet === facet) ? ZEROS : values[facet])
    const projects = ofGroups('projects')
    const components = ofGroups('components')
    const levels = ofGroups('levels')
    const months = ofGroups('months')
    const numbers = new Uint16Array(seconds.length)
    const groups = new Groups()
    const known = new GroupPlaces(groups, seconds.length)
    let group = -1
    for (let at = 0; at < seconds.length; at++) {
      const project = projects[at] ?? 0
      const component = components[at] ?? 0
      const level = levels[at] ?? 0
      const month = months[at] ?? 0
      if (group < 0 || !groups.has(group, project, component, level, month))
        group = known.numberOf(project, component, level, month)
      numbers[at] = group
    }
    const totals = new Uint32Array(groups.size)
    for (const each of numbers) totals[each] = (totals[each] ?? 0) + 1
    const commonest = totals.indexOf(totals.reduce((most, each) => Math.max(most, each), 0))
    const others = noOffsets()
    for (let at = 0; at < numbers.length; at++) if (numbers[at] !== commonest) addOffset(others, at)
    return { numbers, groups, totals, commonest, others, runs }
  }

  #monthsOf(seconds: Values): Values {
    const months = new Uint16Array(seconds.length)
    let month = NO_MONTH
    for (let at = 0; at < months.length; at++) {
      const second = seconds[at] ?? 0
      // Messages mostly follow each other by time, so a month is looked up once for many of them.
      if (second > 0 && (second < month.begins || second >= month.ends)) month = this.#months.of(second)
      months[at] = second === 0 ? 0 : month.number
    }
    return months
  }
}

type Values = Uint8Array | Uint16Array | Uint32Array

const FACETS: readonly Facet[] = ['projects', 'components', 'levels', 'months']

/** @returns undefined if there are too many */
const runsOf = (facet: Facet, values: Values): Runs | undefined => {
  const ends: number[] = []
  for (let at = 1; at < values.length; at++) {
    if (values[at] === values[at - 1]) continue
    if (ends.push(at) === MOST_RUNS) return undefined
  }
  ends.push(values.length)
  return { facet, ends: Uint32Array.from(ends), values: Uint16Array.from(ends, end => values[end - 1] ?? 0) }
}

/** Finds the group of a message, and adds it if there is none. */
class GroupPlaces {
  readonly #groups: Groups
  /** For each place the number of a group plus 1. */
  readonly #places: Int32Array
  readonly #shift: number

  /** @param most groups that there can be */
  constructor(groups: Groups, most: number) {
    this.#groups = groups
    this.#shift = Math.clz32(most - 1) - 1
    // At least twice as many places as groups.
    this.#places = new Int32Array(2 ** (32 - this.#shift))
  }

  numberOf(project: number, component: number, level: number, month: number): number {
    const [one, two, three, four] = SPREAD
    const spread =
      Math.imul(project, one) ^ Math.imul(component, two) ^ Math.imul(level, three) ^ Math.imul(month, four)
    for (let place = spread >>> this.#shift; ; place = (place + 1) & (this.#places.length - 1)) {
      const taken = this.#places[place] ?? 0
      if (taken === 0) {
        const number = this.#groups.add(project, component, level, month)
        this.#places[place] = number + 1
        return number
      }
      if (this.#groups.has(taken - 1, project, component, level, month)) return taken - 1
    }
  }
}
