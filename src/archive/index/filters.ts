/** Filters of a search over the columns of the index: which messages of a part pass. */
import { placeOf, STRIPE, type ColumnName, type Columns } from './columns.ts'
import type { IndexPart } from './index-part.ts'
import { addOffset, addRange, hasOffset, noOffsets, offsetsIn, type OffsetBits } from './offset-bits.ts'

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
export class Passing {
  readonly bits: OffsetBits
  readonly count: number
  #offsets: Uint16Array | undefined

  constructor(bits: OffsetBits, count: number) {
    this.bits = bits
    this.count = count
  }

  has(offset: number): boolean {
    return hasOffset(this.bits, offset)
  }

  /** Their offsets, rising. */
  get offsets(): Uint16Array {
    return (this.#offsets ??= offsetsIn(this.bits, this.count))
  }
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

/** Applies a filter to one part after another. */
export class FilterMask {
  readonly #columns: Columns
  readonly #filter: ColumnFilter
  readonly #all: readonly Allowed[]
  readonly #either: readonly Allowed[] | undefined
  /** Sequence numbers of a stripe, without those that were found not to pass. */
  readonly #seqs = new Uint32Array(STRIPE)
  #count = 0

  constructor(columns: Columns, filter: ColumnFilter) {
    this.#columns = columns
    this.#filter = filter
    // Those of one value first: they are compared fastest.
    this.#all = allowedOf(filter.values).sort(byValues)
    this.#either = filter.either === undefined ? undefined : allowedOf(filter.either)
  }

  of({ first, last }: IndexPart, { after, up_to }: { readonly after: number; readonly up_to: number }): Passing {
    const bits = noOffsets()
    const to = Math.min(last, up_to)
    let count = 0
    for (let from = Math.max(first, after + 1); from <= to; from = this.#columns.stripeEnd(from)) {
      const end = Math.min(this.#columns.stripeEnd(from) - 1, to)
      if (!this.#mayPassFrom(from)) continue
      if (this.#allPassFrom(from)) {
        addRange(bits, from - first, end - first)
        count += end - from + 1
        continue
      }
      this.#examine(from, end)
      for (let at = 0; at < this.#count; at++) addOffset(bits, (this.#seqs[at] ?? 0) - first)
      count += this.#count
    }
    return new Passing(bits, count)
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

  /** Whether it is certain that every message of a stripe is there and passes. */
  #allPassFrom(seq: number): boolean {
    return (
      this.#columns.isFull(seq) &&
      this.#either === undefined &&
      this.#isInTime(seq) &&
      this.#all.every(allowed => this.#haveAll(allowed, seq))
    )
  }

  /** Whether all messages of a stripe have the one value of a column that passes. */
  #haveAll({ name, values: [value = -1, other] }: Allowed, seq: number): boolean {
    return other === undefined && this.#columns.haveAll(name, seq, value, value)
  }

  /** Whether the times of all messages of a stripe pass. */
  #isInTime(seq: number): boolean {
    const { since, until } = this.#filter
    if (since === undefined && until === undefined) return true
    return this.#columns.haveAll('seconds', seq, Math.max(since ?? 1, 1), (until ?? Infinity) - 1)
  }

  /** Collects the messages of a stripe that pass. */
  #examine(from: number, to: number): void {
    const { since, until } = this.#filter
    const either = this.#either?.filter(({ name, values }) => this.#columns.mayHaveAny(name, from, values))
    // A column that no message of the stripe can pass by is no alternative, and one that all pass by is no condition.
    const [only] = either ?? []
    const conditions = either?.length === 1 && only !== undefined ? [...this.#all, only].sort(byValues) : this.#all
    const all = conditions.filter(allowed => !this.#haveAll(allowed, from))
    const [one] = all
    const is_equal = one?.values.length === 1
    if (is_equal) this.#addEqual(from, to, one)
    else this.#addPresent(from, to)
    for (const each of is_equal ? all.slice(1) : all) this.#narrow([each])
    if (either !== undefined && either.length > 1) this.#narrow(either)
    if (!this.#isInTime(from)) this.#narrowByTime(since ?? 1, until ?? Infinity)
  }

  #addPresent(from: number, to: number): void {
    const roles = this.#columns.column('role')
    let count = 0
    for (let seq = from; seq <= to; seq++) if ((roles[seq] ?? 0) !== 0) this.#seqs[count++] = seq
    this.#count = count
  }

  #addEqual(from: number, to: number, { name, values: [value] }: Allowed): void {
    const roles = this.#columns.column('role')
    const column = this.#columns.column(name)
    let count = 0
    for (let seq = from; seq <= to; seq++)
      if (column[seq] === value && (roles[seq] ?? 0) !== 0) this.#seqs[count++] = seq
    this.#count = count
  }

  #narrowByTime(since: number, until: number): void {
    const seconds = this.#columns.column('seconds')
    let count = 0
    for (let at = 0; at < this.#count; at++) {
      const seq = this.#seqs[at] ?? 0
      const second = seconds[seq] ?? 0
      if (second >= since && second < until && second > 0) this.#seqs[count++] = seq
    }
    this.#count = count
  }

  /** Only those stay that one of these columns lets pass. */
  #narrow(alternatives: readonly Allowed[]): void {
    const tests = alternatives.map(allowed => ({ column: this.#columns.column(allowed.name), allowed }))
    let count = 0
    for (let at = 0; at < this.#count; at++) {
      const seq = this.#seqs[at] ?? 0
      for (const { column, allowed } of tests) {
        if (!passes(allowed, column[seq] ?? 0)) continue
        this.#seqs[count++] = seq
        break
      }
    }
    this.#count = count
  }
}

/** Of so many filters, the messages that pass are kept: each takes 8 KB of a part, and up to 128 KB where it leads. */
const MOST_FILTERS = 4

/**
 * Keeps which messages pass the filters of the last questions, until a message comes or goes: the results of a question
 * and its counts need the same, and so do further questions about a project or a level.
 */
export class PassingMessages {
  readonly #columns: Columns
  readonly #filters = new Map<string, { readonly mask: FilterMask; readonly known: Map<IndexPart, Passing> }>()
  #version = -1

  constructor(columns: Columns) {
    this.#columns = columns
  }

  of(part: IndexPart, filter: ColumnFilter, range: { readonly after: number; readonly up_to: number }): Passing {
    if (this.#version !== this.#columns.version) {
      this.#version = this.#columns.version
      this.#filters.clear()
    }
    const { values, either, since, until } = filter
    const bounds = [since, until, range.after, range.up_to].map(String)
    const key = JSON.stringify([[...values], either === undefined ? undefined : [...either], bounds])
    let kept = this.#filters.get(key)
    if (kept === undefined) kept = { mask: new FilterMask(this.#columns, filter), known: new Map() }
    else this.#filters.delete(key)
    this.#filters.set(key, kept)
    const [oldest] = this.#filters.keys()
    if (this.#filters.size > MOST_FILTERS && oldest !== undefined) this.#filters.delete(oldest)
    const { mask, known } = kept
    const passing = known.get(part) ?? mask.of(part, range)
    known.set(part, passing)
    return passing
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
