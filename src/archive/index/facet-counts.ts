/** Counts the messages that match a search by project, component, level and month. */
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import { timeZone, type TimeZone } from '../../platform/time-zone.ts'
import type { Columns } from './columns.ts'

/** Offsets of time zones are multiples of 15 minutes. */
const SLOT_SECONDS = 900
/** A group of slots covers about 43 days. */
const GROUP_BITS = 12

/** Counts by the numbers that the columns use; months as `2026-11`. */
export interface NumberedFacets {
  readonly messages: number
  readonly projects: ReadonlyMap<number, number>
  readonly components: ReadonlyMap<number, number>
  readonly levels: ReadonlyMap<number, number>
  readonly months: ReadonlyMap<string, number>
}

/** Counts messages one by one. */
export class FacetCounts {
  readonly #columns: Columns
  readonly #zone: TimeZone
  readonly #projects = new Uint32Array(1 << 16)
  readonly #components = new Uint32Array(1 << 16)
  readonly #levels = new Uint32Array(256)
  /** Counts per quarter of an hour, in groups; and the group that was counted last. */
  readonly #slots = new Map<number, Uint32Array>()
  #group = -1
  #group_slots: Uint32Array = new Uint32Array()
  #messages = 0

  constructor(columns: Columns, time_zone: string) {
    this.#columns = columns
    this.#zone = timeZone(time_zone)
  }

  /** Returns the function to call for each message. */
  counter(): (seq: number) => void {
    const [project, component, level, seconds] = (['project', 'component', 'level', 'seconds'] as const).map(name =>
      this.#columns.column(name),
    ) as [Uint16Array, Uint16Array, Uint8Array, Uint32Array]
    const [projects, components, levels] = [this.#projects, this.#components, this.#levels]
    return seq => {
      this.#messages++
      const [of_project = 0, of_component = 0, of_level = 0] = [project[seq], component[seq], level[seq]]
      projects[of_project] = (projects[of_project] ?? 0) + 1
      components[of_component] = (components[of_component] ?? 0) + 1
      levels[of_level] = (levels[of_level] ?? 0) + 1
      this.#countTime(seconds[seq] ?? 0)
    }
  }

  result(): NumberedFacets {
    return {
      messages: this.#messages,
      projects: counted(this.#projects),
      components: counted(this.#components),
      levels: counted(this.#levels),
      months: this.#months(),
    }
  }

  #countTime(second: number): void {
    if (second === 0) return
    const slot = Math.floor(second / SLOT_SECONDS)
    const group = slot >>> GROUP_BITS
    // Messages mostly follow each other by time.
    if (group !== this.#group) {
      this.#group = group
      this.#group_slots = this.#slots.get(group) ?? new Uint32Array(1 << GROUP_BITS)
      this.#slots.set(group, this.#group_slots)
    }
    const at = slot & ((1 << GROUP_BITS) - 1)
    this.#group_slots[at] = (this.#group_slots[at] ?? 0) + 1
  }

  #months(): ReadonlyMap<string, number> {
    const months = new Map<string, number>()
    let month = ''
    let month_ends = -Infinity
    for (const group of [...this.#slots.keys()].sort((a, b) => a - b)) {
      const slots = this.#slots.get(group) ?? new Uint32Array()
      for (let at = 0; at < slots.length; at++) {
        const count = slots[at] ?? 0
        if (count === 0) continue
        const instant = ((group << GROUP_BITS) + at) * SLOT_SECONDS * SECOND_MS
        if (instant >= month_ends) {
          const { year, month: number } = this.#zone.wallClock(instant)
          month = `${String(year)}-${String(number).padStart(2, '0')}`
          month_ends = this.#zone.beginOf(Date.UTC(year, number, 1) / DAY_MS)
        }
        months.set(month, (months.get(month) ?? 0) + count)
      }
    }
    return months
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
