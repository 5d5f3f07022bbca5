/** Counters for the reports, which add up the stream of figures, one message at a time. */
import type { Figure } from './figure-stream.ts'

/** A percentage, rounded to two decimals. */
export const percentOf = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100

/** The figures of one project, component, session or group of errors. Days must be given in their order. */
export class Tally {
  messages = 0
  errors = 0
  days = 0
  first: number | undefined
  last: number | undefined
  readonly sessions = new Set<number>()
  #day: number | undefined

  add([at, , session_no, , error]: Figure, day: number | undefined): void {
    this.messages++
    this.errors += error
    if (session_no !== null) this.sessions.add(session_no)
    if (at === null) return
    if (this.first === undefined || at < this.first) this.first = at
    if (this.last === undefined || at > this.last) this.last = at
    if (day !== this.#day) {
      this.#day = day
      this.days++
    }
  }
}

/** A tally of rows that also lists components. */
export class ComponentTally extends Tally {
  readonly components = new ComponentCounts()

  override add(row: Figure, day: number | undefined): void {
    super.add(row, day)
    this.components.add(row[3])
  }
}

/** How often each component was used. */
class ComponentCounts {
  readonly #counts = new Map<number, number>()

  add(component_id: number | null): void {
    if (component_id !== null) this.#counts.set(component_id, (this.#counts.get(component_id) ?? 0) + 1)
  }

  /** Names, most used first. @param most how many of them */
  names(names: ReadonlyMap<number, string>, most = Number.POSITIVE_INFINITY): readonly string[] {
    return [...this.#counts]
      .map(([component_id, count]) => ({ name: names.get(component_id) ?? '', count }))
      .sort((a, b) => b.count - a.count || compareNames(a.name, b.name))
      .slice(0, most)
      .map(({ name }) => name)
  }
}

/** Compares by code points, so that the order is the same on every machine; a missing name comes last. */
export const compareNames = (a: string | undefined, b: string | undefined): number =>
  a === b ? 0 : a === undefined ? 1 : b === undefined ? -1 : a < b ? -1 : 1
