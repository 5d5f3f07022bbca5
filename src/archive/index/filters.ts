/** Filters of a search over the columns of the index: which messages of a part pass. */
import { placeOf, type ColumnName, type Columns } from './columns.ts'
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

/** A column, and the values of it that pass, rising. */
interface Allowed {
  readonly name: ColumnName
  readonly values: readonly number[]
}

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
    this.#all = allowedOf(filter.values).sort((a, b) => a.values.length - b.values.length)
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
    const [one, ...others] = this.#all
    if (one?.values.length === 1) this.#addEqual(first, { from, to }, one)
    else this.#addPresent(first, { from, to })
    for (const each of one?.values.length === 1 ? others : this.#all) this.#narrow(first, start, [each])
    if (this.#either !== undefined) this.#narrow(first, start, this.#either)
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
    const tests = alternatives.map(({ name, values }) => ({ column: this.#columns.column(name), values }))
    let count = start
    for (let at = start; at < this.#count; at++) {
      const offset = this.#offsets[at] ?? 0
      for (const { column, values } of tests) {
        const value = column[first + offset] ?? 0
        if (values.length === 1 ? values[0] !== value : values[placeOf(values, value)] !== value) continue
        this.#offsets[count++] = offset
        break
      }
    }
    this.#count = count
  }
}

const allowedOf = (values: ReadonlyMap<ColumnName, readonly number[]>): Allowed[] =>
  [...values].map(([name, numbers]) => ({ name, values: numbers.toSorted((a, b) => a - b) }))
