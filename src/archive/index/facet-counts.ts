/** Counts the messages that match a search by project, component, level and month. */
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import { timeZone, type TimeZone } from '../../platform/time-zone.ts'
import type { Columns } from './columns.ts'

/** A month in a time zone, with the messages of it that were counted. */
interface Month {
  /** Seconds since the Unix epoch: from the first that belongs to it up to, but without, that of the next month. */
  readonly begins: number
  readonly ends: number
  /** Such as `2026-11`. */
  readonly name: string
  messages: number
}

/** Counts by the numbers that the columns use; months as `2026-11`. */
export interface NumberedFacets {
  readonly messages: number
  readonly projects: ReadonlyMap<number, number>
  readonly components: ReadonlyMap<number, number>
  readonly levels: ReadonlyMap<number, number>
  readonly months: ReadonlyMap<string, number>
}

/** Counts messages, some at a time. */
export class FacetCounts {
  readonly #columns: Columns
  readonly #zone: TimeZone
  readonly #projects = new Uint32Array(1 << 16)
  readonly #components = new Uint32Array(1 << 16)
  readonly #levels = new Uint32Array(1 << 8)
  /** In their order. */
  readonly #months: Month[] = []
  #messages = 0

  constructor(columns: Columns, time_zone: string) {
    this.#columns = columns
    this.#zone = timeZone(time_zone)
  }

  /** Counts the first `count` of these sequence numbers. */
  add(seqs: Uint32Array, count: number): void {
    this.#messages += count
    const project = this.#columns.column('project')
    const component = this.#columns.column('component')
    const level = this.#columns.column('level')
    const seconds = this.#columns.column('seconds')
    const projects = this.#projects
    const components = this.#components
    const levels = this.#levels
    // Messages mostly follow each other by time, so a month is looked up once for many of them.
    let month: Month = { begins: 0, ends: 0, name: '', messages: 0 }
    let times = 0
    // One loop for all: adding to a counter waits for the addition before, and the other columns use that time.
    for (let at = 0; at < count; at++) {
      const seq = seqs[at] ?? 0
      const of_project = project[seq] ?? 0
      projects[of_project] = (projects[of_project] ?? 0) + 1
      const of_component = component[seq] ?? 0
      components[of_component] = (components[of_component] ?? 0) + 1
      const of_level = level[seq] ?? 0
      levels[of_level] = (levels[of_level] ?? 0) + 1
      const second = seconds[seq] ?? 0
      if (second >= month.begins && second < month.ends) times++
      else if (second > 0) {
        month.messages += times
        month = this.#monthOf(second)
        times = 1
      }
    }
    month.messages += times
  }

  result(): NumberedFacets {
    return {
      messages: this.#messages,
      projects: counted(this.#projects),
      components: counted(this.#components),
      levels: counted(this.#levels),
      months: new Map(this.#months.map(({ name, messages }) => [name, messages])),
    }
  }

  #monthOf(second: number): Month {
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
      messages: 0,
    }
    this.#months.splice(place, 0, found)
    return found
  }
}

const counted = (counts: Uint32Array): ReadonlyMap<number, number> => {
  const found = new Map<number, number>()
  for (let number = 1; number < counts.length; number++) {
    const count = counts[number] ?? 0
    if (count > 0) found.set(number, count)
  }
  return found
}
