/** Filters of a search over the columns of the index: which messages of a part pass. */
import type { ColumnName, Columns } from './columns.ts'
import { PART_RANGE, type IndexPart } from './index-part.ts'

/** A filter in terms of the columns' numbers; `undefined` values are not checked. */
export interface ColumnFilter {
  /** For each column, the values that pass. */
  readonly values: ReadonlyMap<ColumnName, readonly number[]>
  /** A message passes if it has one of these values in any of these columns: a person by id or by name. */
  readonly either?: ReadonlyMap<ColumnName, readonly number[]> | undefined
  /** Seconds since the Unix epoch; `until` is exclusive. A message without a time does not pass either condition. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Whether a filter lets every message pass. */
export const isOpen = ({ values, either, since, until }: ColumnFilter): boolean =>
  values.size === 0 && either === undefined && since === undefined && until === undefined

/** The messages of one part that pass. */
export interface Passing {
  /** 1 for each offset that passes. */
  readonly mask: Uint8Array
  /** Offsets in ascending order; only the first `count` entries are valid. */
  readonly offsets: Uint16Array
  readonly count: number
}

/** Applies a filter to one part after another, reusing the same arrays. */
export class FilterMask {
  readonly #columns: Columns
  readonly #filter: ColumnFilter
  readonly #mask = new Uint8Array(PART_RANGE)
  readonly #offsets = new Uint16Array(PART_RANGE)
  #count = 0

  constructor(columns: Columns, filter: ColumnFilter) {
    this.#columns = columns
    this.#filter = filter
  }

  of({ first, last }: IndexPart, { after, up_to }: { readonly after: number; readonly up_to: number }): Passing {
    const { values, either, since, until } = this.#filter
    this.#begin(Math.max(first, after + 1), first, Math.min(last, up_to))
    if (this.#count === 0) {
      this.#mask.fill(0)
      return { mask: this.#mask, offsets: this.#offsets, count: 0 }
    }
    if (since !== undefined || until !== undefined) this.#narrowByTime(first, since ?? 1, until ?? Infinity)
    for (const [name, allowed] of values) this.#narrow(first, [[name, allowed]])
    if (either !== undefined) this.#narrow(first, [...either])
    this.#mask.fill(0)
    for (let at = 0; at < this.#count; at++) this.#mask[this.#offsets[at] ?? 0] = 1
    return { mask: this.#mask, offsets: this.#offsets, count: this.#count }
  }

  /** Takes all messages, but for the stripes in which none can pass. */
  #begin(from: number, first: number, last: number): void {
    const roles = this.#columns.column('role')
    let count = 0
    for (let stripe = from; stripe <= last; stripe = this.#columns.stripeEnd(stripe)) {
      if (!this.#mayPassFrom(stripe)) continue
      const end = Math.min(this.#columns.stripeEnd(stripe), last + 1)
      for (let seq = stripe; seq < end; seq++) if ((roles[seq] ?? 0) !== 0) this.#offsets[count++] = seq - first
    }
    this.#count = count
  }

  /** Whether a message of the stripe of a sequence number may pass. */
  #mayPassFrom(seq: number): boolean {
    const { values, either, since = 0, until = Infinity } = this.#filter
    const has = ([name, allowed]: readonly [ColumnName, readonly number[]]): boolean =>
      allowed.some(value => this.#columns.mayHave(name, seq, value, value))
    if (!this.#columns.mayHave('seconds', seq, since, until)) return false
    for (const each of values) if (!has(each)) return false
    return either === undefined || [...either].some(has)
  }

  #narrowByTime(first: number, since: number, until: number): void {
    const seconds = this.#columns.column('seconds')
    let count = 0
    for (let at = 0; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      const second = seconds[first + offset] ?? 0
      if (second >= since && second < until && second > 0) this.#offsets[count++] = offset
    }
    this.#count = count
  }

  #narrow(first: number, alternatives: readonly (readonly [ColumnName, readonly number[]])[]): void {
    const [only] = alternatives
    if (alternatives.length === 1 && only?.[1].length === 1) {
      this.#narrowToOne(first, only[0], only[1][0] ?? 0)
      return
    }
    const tests = alternatives.map(([name, allowed]) => ({
      column: this.#columns.column(name),
      allowed: new Set(allowed),
    }))
    let count = 0
    for (let at = 0; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      if (tests.some(({ column, allowed }) => allowed.has(column[first + offset] ?? 0))) this.#offsets[count++] = offset
    }
    this.#count = count
  }

  #narrowToOne(first: number, name: ColumnName, allowed: number): void {
    const column = this.#columns.column(name)
    let count = 0
    for (let at = 0; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      if (column[first + offset] === allowed) this.#offsets[count++] = offset
    }
    this.#count = count
  }
}
