/** Counts the messages that match a search by project, component, level and month. */
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import { timeZone, type TimeZone } from '../../platform/time-zone.ts'
import type { Columns } from './columns.ts'

/** Offsets of time zones are multiples of 15 minutes. */
const SLOT_SECONDS = 900
/** A group of slots covers about 43 days. */
const GROUP_BITS = 12
const GROUP = 1 << GROUP_BITS

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
  readonly #levels = new Uint32Array(256)
  /** Counts per quarter of an hour, in groups. */
  readonly #slots = new Map<number, Uint32Array>()
  #messages = 0

  constructor(columns: Columns, time_zone: string) {
    this.#columns = columns
    this.#zone = timeZone(time_zone)
  }

  /** Counts the first `count` of these sequence numbers. */
  add(seqs: Uint32Array, count: number): void {
    this.#messages += count
    countValues(this.#columns.column('project'), seqs, count, this.#projects)
    countValues(this.#columns.column('component'), seqs, count, this.#components)
    countValues(this.#columns.column('level'), seqs, count, this.#levels)
    this.#countTimes(seqs, count)
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

  #countTimes(seqs: Uint32Array, count: number): void {
    const seconds = this.#columns.column('seconds')
    // Messages mostly follow each other by time, so a slot is looked up once for many of them.
    let begins = 0
    let times = 0
    for (let at = 0; at < count; at++) {
      const second = seconds[seqs[at] ?? 0] ?? 0
      if (second < begins || second >= begins + SLOT_SECONDS) {
        this.#addToSlot(begins, times)
        begins = second - (second % SLOT_SECONDS)
        times = 0
      }
      if (second > 0) times++
    }
    this.#addToSlot(begins, times)
  }

  #addToSlot(begins: number, times: number): void {
    if (times === 0) return
    const slots = this.#slotsOf((begins / SLOT_SECONDS) >>> GROUP_BITS)
    const place = (begins / SLOT_SECONDS) & (GROUP - 1)
    slots[place] = (slots[place] ?? 0) + times
  }

  #slotsOf(group: number): Uint32Array {
    const known = this.#slots.get(group)
    if (known !== undefined) return known
    const slots = new Uint32Array(GROUP)
    this.#slots.set(group, slots)
    return slots
  }

  #months(): ReadonlyMap<string, number> {
    const months = new Map<string, number>()
    let month = ''
    let month_ends = -Infinity
    let messages = 0
    for (const group of [...this.#slots.keys()].sort((a, b) => a - b)) {
      const slots = this.#slotsOf(group)
      for (let at = 0; at < GROUP; at++) {
        const count = slots[at] ?? 0
        if (count === 0) continue
        const instant = ((group << GROUP_BITS) + at) * SLOT_SECONDS * SECOND_MS
        if (instant >= month_ends) {
          if (messages > 0) months.set(month, messages)
          const { year, month: number } = this.#zone.wallClock(instant)
          month = `${String(year)}-${String(number).padStart(2, '0')}`
          month_ends = this.#zone.beginOf(Date.UTC(year, number, 1) / DAY_MS)
          messages = 0
        }
        messages += count
      }
    }
    if (messages > 0) months.set(month, messages)
    return months
  }
}

/** Adds how often messages have each value of a column. */
const countValues = (column: ArrayLike<number>, seqs: Uint32Array, count: number, counts: Uint32Array): void => {
  for (let at = 0; at < count; at++) {
    const value = column[seqs[at] ?? 0] ?? 0
    counts[value] = (counts[value] ?? 0) + 1
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
