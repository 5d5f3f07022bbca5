/** Filters of a search over the columns of the index: which messages of a part pass. */
import { placeOf, type ColumnName, type Columns } from './columns.ts'
import type { IndexPart } from './index-part.ts'
import { PART_RANGE } from './posting-encoder.ts'

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

/** A column, and the values of it that pass. */
interface Allowed {
  readonly name: ColumnName
  /** Rising. */
  readonly values: readonly number[]
  /** 1 for each value that passes; `undefined` if there is only one, or a value is too large for that. */
  readonly table: Uint8Array | undefined
}

/** Values above this are not looked up in a table. */
const LARGEST_IN_TABLE = 0xffff

/** Applies a filter to one part after another, reusing the same arrays. */
export class FilterMask {
  readonly #columns: Columns
  readonly #filter: ColumnFilter
  readonly #all: readonly Allowed[]
  readonly #either: readonly Allowed[] | undefined
  readonly #mask = new Uint8Array(PART_RANGE)
  readonly #offsets = new Uint16Array(PART_RANGE)
  #count = 0

  constructor(columns: Columns, filter: ColumnFilter) {
    this.#columns = columns
    this.#filter = filter
    // Those of one value first: they are compared fastest.
    this.#all = allowedOf(filter.values).sort(byValues)
    this.#either = filter.either === undefined ? undefined : allowedOf(filter.either)
  }

  of({ first, last }: IndexPart, { after, up_to }: { readonly after: number; readonly up_to: number }): Passing {
    const to = Math.min(last, up_to)
    this.#count = 0
    for (let from = Math.max(first, after + 1); from <= to; from = this.#columns.stripeEnd(from)) {
      if (this.#mayPassFrom(from)) this.#addStripe(first, from, Math.min(this.#columns.stripeEnd(from) - 1, to))
    }
    this.#mask.fill(0)
    for (let at = 0; at < this.#count; at++) this.#mask[this.#offsets[at] ?? 0] = 1
    return { mask: this.#mask, offsets: this.#offsets, count: this.#count }
  }

  /** Whether a message of the stripe of a sequence number may pass. */
  #mayPassFrom(seq: number): boolean {
    const { since = 0, until = Infinity } = this.#filter
    const mayHave = ({ name, values }: Allowed): boolean => this.#columns.mayHaveAny(name, seq, values)
    return (
      this.#columns.mayHave('seconds', seq, since, until) &&
      this.#all.every(mayHave) &&
      this.#either?.some(mayHave) !== false
    )
  }

  /** Adds the messages of a stripe that pass. */
  #addStripe(first: number, from: number, to: number): void {
    const { since, until } = this.#filter
    const start = this.#count
    const either = this.#either?.filter(({ name, values }) => this.#columns.mayHaveAny(name, from, values))
    // A column that no message of the stripe can pass by is no alternative.
    const [only] = either ?? []
    const all = either?.length === 1 && only !== undefined ? [...this.#all, only].sort(byValues) : this.#all
    const [one] = all
    const is_equal = one?.values.length === 1
    if (is_equal) this.#addEqual(first, { from, to }, one)
    else this.#addPresent(first, { from, to })
    for (const each of is_equal ? all.slice(1) : all) this.#narrow(first, start, [each])
    if (either !== undefined && either.length > 1) this.#narrow(first, start, either)
    if (since !== undefined || until !== undefined) this.#narrowByTime(first, start, since ?? 1, until ?? Infinity)
  }

  #addPresent(first: number, { from, to }: { readonly from: number; readonly to: number }): void {
    const roles = this.#columns.column('role')
    let count = this.#count
    for (let seq = from; seq <= to; seq++) if ((roles[seq] ?? 0) !== 0) this.#offsets[count++] = seq - first
    this.#count = count
  }

  #addEqual(
    first: number,
    { from, to }: { readonly from: number; readonly to: number },
    { name, values: [value] }: Allowed,
  ): void {
    const roles = this.#columns.column('role')
    const column = this.#columns.column(name)
    let count = this.#count
    for (let seq = from; seq <= to; seq++) {
      if (column[seq] === value && (roles[seq] ?? 0) !== 0) this.#offsets[count++] = seq - first
    }
    this.#count = count
  }

  #narrowByTime(first: number, start: number, since: number, until: number): void {
    const seconds = this.#columns.column('seconds')
    let count = start
    for (let at = start; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      const second = seconds[first + offset] ?? 0
      if (second >= since && second < until && second > 0) this.#offsets[count++] = offset
    }
    this.#count = count
  }

  /** Of the messages from one place on, only those that one of these columns lets pass stay. */
  #narrow(first: number, start: number, alternatives: readonly Allowed[]): void {
    const tests = alternatives.map(allowed => ({ column: this.#columns.column(allowed.name), allowed }))
    let count = start
    for (let at = start; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      for (const { column, allowed } of tests) {
        if (!passes(allowed, column[first + offset] ?? 0)) continue
        this.#offsets[count++] = offset
        break
      }
    }
    this.#count = count
  }
}

const passes = ({ values, table }: Allowed, value: number): boolean => {
  if (table !== undefined) return table[value] === 1
  return (values.length === 1 ? values[0] : values[placeOf(values, value)]) === value
}

const byValues = (a: Allowed, b: Allowed): number => a.values.length - b.values.length

const allowedOf = (filter: ReadonlyMap<ColumnName, readonly number[]>): Allowed[] =>
  [...filter].map(([name, numbers]) => {
    const values = numbers.toSorted((a, b) => a - b)
    const largest = values.at(-1) ?? 0
    return { name, values, table: values.length > 1 && largest <= LARGEST_IN_TABLE ? tableOf(values) : undefined }
  })

const tableOf = (values: readonly number[]): Uint8Array => {
  const table = new Uint8Array(LARGEST_IN_TABLE + 1)
  for (const value of values) table[value] = 1
  return table
}
