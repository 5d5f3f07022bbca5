/**
 * All data about messages that the index keeps in addition to their words: columns in memory for filters, sorting and
 * counts.
 */
import {
  ARCHIVE_ROLES,
  LEVELS,
  SOURCE_TYPES,
  type ArchiveRole,
  type Level,
  type SourceType,
} from '../archive-message.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { TimeSlices } from '../../platform/yield.ts'

/**
 * The values of a message that filters use. Names are represented by numbers: those of `archive.db`, and those of the
 * index itself.
 */
export interface ColumnValues {
  readonly role: ArchiveRole
  readonly level: Level | undefined
  readonly source_type: SourceType
  /** Milliseconds since the Unix epoch. */
  readonly at: number | undefined
  readonly project: number
  readonly component: number
  readonly session: number
  readonly scope: number
  readonly person: number
  readonly chat: number
  readonly sender: number
  /** Number of words of the message. */
  readonly words: number
}

/** The arrays, and the bytes per value. 0 means “none”; a role of 0 means that the message was removed. */
const ARRAYS = {
  role: Uint8Array,
  level: Uint8Array,
  source_type: Uint8Array,
  project: Uint16Array,
  component: Uint16Array,
  scope: Uint16Array,
  person: Uint16Array,
  chat: Uint16Array,
  words: Uint16Array,
  seconds: Uint32Array,
  session: Uint32Array,
  sender: Uint32Array,
} as const
export type ColumnName = keyof typeof ARRAYS
const NAMES = [
  'seconds',
  'session',
  'sender',
  'project',
  'component',
  'scope',
  'person',
  'chat',
  'words',
  'role',
  'level',
  'source_type',
] as const
const MOST_SMALL = 0xffff

type Column = Uint8Array | Uint16Array | Uint32Array

/** Numbers for the fixed values of columns, from 1. */
export const roleNumber = (role: ArchiveRole): number => ARCHIVE_ROLES.indexOf(role) + 1
export const levelNumber = (level: Level | undefined): number => (level === undefined ? 0 : LEVELS.indexOf(level) + 1)
export const sourceNumber = (type: SourceType): number => SOURCE_TYPES.indexOf(type) + 1

/** A stripe is 1,024 messages, of which the range of the values in each column is known. */
const STRIPE_BITS = 10
export const STRIPE = 1 << STRIPE_BITS
/** For how many additional messages the columns have space. */
const ROOM = 1 << 17

/** For each stripe of messages, the lowest and the highest value that a message of it has, or had. */
interface Ranges {
  readonly least: Uint32Array
  readonly most: Uint32Array
}

/** A message whose values are there. */
interface ShownMessage {
  readonly seq: number
  readonly role: ArchiveRole
}

/** Columns by sequence number. */
export class Columns {
  #columns: Record<ColumnName, Column> = emptyColumns(ROOM)
  #ranges: Record<ColumnName, Ranges> = rangesOfAll(ROOM)
  #size = 1
  #present = 0
  #words = 0
  /** For each stripe, how many of its messages are there. */
  #there = new Uint16Array((ROOM >>> STRIPE_BITS) + 1)
  /** Increases when a message is removed or replaced. */
  #losses = 0
  /** Increases when a message comes or goes. */
  #version = 0
  /** For each stripe, the number of the last write into it. */
  #written: number[] = []
  #writes = 0
  /** The highest sequence number plus 1. */
  get size(): number {
    return this.#size
  }

  /** How many messages there are, and how many words they contain. */
  get present(): number {
    return this.#present
  }

  get words(): number {
    return this.#words
  }

  get losses(): number {
    return this.#losses
  }

  /** Increases whenever other messages may pass a filter than before. */
  get version(): number {
    return this.#version
  }

  /**
   * Increases whenever values are written of messages between two sequence numbers, both inclusive, or beside them; also
   * of messages that are not there yet.
   */
  writtenIn(first: number, last: number): number {
    let written = 0
    for (let stripe = first >>> STRIPE_BITS; stripe <= last >>> STRIPE_BITS; stripe++)
      written = Math.max(written, this.#written[stripe] ?? 0)
    return written
  }

  /** How many messages there are between two sequence numbers, both inclusive. */
  count(first: number, last: number): number {
    let count = 0
    for (let seq = first; seq <= last; seq++) if ((this.#columns.role[seq] ?? 0) !== 0) count++
    return count
  }

  /** An upper bound of the times of the messages between two sequence numbers, both inclusive; in seconds. */
  latest(first: number, last: number): number {
    const { most } = this.#ranges.seconds
    let latest = 0
    for (let stripe = first >>> STRIPE_BITS; stripe <= last >>> STRIPE_BITS; stripe++) {
      latest = Math.max(latest, most[stripe] ?? 0)
    }
    return latest
  }

  /** The first sequence number after those of the same stripe, of which one statement of `mayHave` holds. */
  stripeEnd(seq: number): number {
    return (seq & ~(STRIPE - 1)) + STRIPE
  }

  /** Whether a message of the stripe of a sequence number may have a value in a column, within both bounds. */
  mayHave(name: ColumnName, seq: number, least: number, most: number): boolean {
    const ranges = this.#ranges[name]
    const stripe = seq >>> STRIPE_BITS
    return (ranges.least[stripe] ?? 0) <= most && (ranges.most[stripe] ?? 0) >= least
  }

  /** The same of any of several values. @param values rising */
  mayHaveAny(name: ColumnName, seq: number, values: readonly number[]): boolean {
    const ranges = this.#ranges[name]
    const stripe = seq >>> STRIPE_BITS
    const value = values[placeOf(values, ranges.least[stripe] ?? 0)]
    return value !== undefined && value <= (ranges.most[stripe] ?? 0)
  }

  /** Whether all values that messages of the stripe have in a column are within both bounds. */
  haveAll(name: ColumnName, seq: number, least: number, most: number): boolean {
    const ranges = this.#ranges[name]
    const stripe = seq >>> STRIPE_BITS
    return (ranges.least[stripe] ?? 0) >= least && (ranges.most[stripe] ?? 0) <= most
  }

  /** Whether no message of the stripe of a sequence number is missing. */
  isFull(seq: number): boolean {
    return this.#there[seq >>> STRIPE_BITS] === STRIPE
  }

  column(name: ColumnName): Column {
    return this.#columns[name]
  }

  set(seq: number, values: ColumnValues): void {
    this.remove(seq)
    this.fill(seq, values)
    this.show([{ seq, role: values.role }])
  }

  /** Makes room for messages up to a sequence number, in slices; `fill` does so by itself, but at once. */
  async reserve(last: number): Promise<void> {
    const slices = new TimeSlices()
    for (const name of NAMES) {
      if (this.#growTo(name, last + 1)) await slices.pause()
    }
  }

  /** Writes the values of a message that is not there yet; it comes with `show`. */
  fill(seq: number, values: ColumnValues): void {
    for (const name of NAMES) this.#growTo(name, seq + 1)
    const stripe = seq >>> STRIPE_BITS
    this.#written[stripe] = ++this.#writes
    const { level, source_type, at, ...rest } = values
    const own = {
      ...rest,
      level: levelNumber(level),
      source_type: sourceNumber(source_type),
      seconds: at === undefined ? 0 : Math.max(0, Math.floor(at / SECOND_MS)),
    }
    for (const name of NAMES) {
      if (name === 'role') continue
      const column = this.#columns[name]
      const value = column.BYTES_PER_ELEMENT === 2 ? Math.min(own[name], MOST_SMALL) : own[name]
      column[seq] = value
      widen(this.#ranges[name], stripe, value)
    }
  }

  /** @param messages in their order */
  show(messages: readonly ShownMessage[]): void {
    const { role: roles, words } = this.#columns
    for (const { seq, role } of messages) {
      const number = roleNumber(role)
      roles[seq] = number
      this.#words += words[seq] ?? 0
      this.#count(seq, 1)
      widen(this.#ranges.role, seq >>> STRIPE_BITS, number)
    }
    this.#version++
    this.#present += messages.length
    this.#size = Math.max(this.#size, (messages.at(-1)?.seq ?? 0) + 1)
  }

  /** Marks a message as removed. */
  remove(seq: number): void {
    if ((this.#columns.role[seq] ?? 0) === 0) return
    this.#columns.role[seq] = 0
    this.#count(seq, -1)
    this.#version++
    this.#present--
    this.#words -= this.#columns.words[seq] ?? 0
    this.#losses++
  }

  /** The values of a part as bytes. @param to the last sequence number */
  encode(from: number, to: number): Uint8Array {
    const parts = NAMES.map(name => {
      const column = this.#columns[name]
      return new Uint8Array(column.buffer, from * column.BYTES_PER_ELEMENT, (to - from + 1) * column.BYTES_PER_ELEMENT)
    })
    return Buffer.concat(parts)
  }

  /** Loads the values of a part. */
  load(from: number, to: number, bytes: Uint8Array): void {
    this.copy(from, to, bytes)
    this.take(from, to)
  }

  /** Copies the values of a part, of which `take` then makes messages, as many at a time as it is asked to. */
  copy(from: number, to: number, bytes: Uint8Array): void {
    for (const name of NAMES) this.#growTo(name, to + 1)
    const count = to - from + 1
    let start = 0
    for (const name of NAMES) {
      const column = this.#columns[name]
      const length = count * column.BYTES_PER_ELEMENT
      new Uint8Array(column.buffer, from * column.BYTES_PER_ELEMENT, length).set(bytes.subarray(start, start + length))
      start += length
    }
  }

  /** Counts the messages between two sequence numbers, both inclusive, whose values were copied. */
  take(from: number, to: number): void {
    const { role, words } = this.#columns
    for (let seq = from; seq <= to; seq++) {
      if ((role[seq] ?? 0) === 0) continue
      this.#present++
      this.#count(seq, 1)
      this.#words += words[seq] ?? 0
    }
    this.#version++
    for (let stripe = from >>> STRIPE_BITS; stripe <= to >>> STRIPE_BITS; stripe++)
      this.#written[stripe] = ++this.#writes
    this.#widen(from, to)
    if (to >= this.#size) this.#size = to + 1
  }

  clear(): void {
    this.#columns = emptyColumns(ROOM)
    this.#size = 1
    this.#present = 0
    this.#words = 0
    this.#ranges = rangesOfAll(ROOM)
    this.#there = new Uint16Array((ROOM >>> STRIPE_BITS) + 1)
    this.#losses++
    this.#version++
    this.#written = this.#written.map(() => ++this.#writes)
  }

  #count(seq: number, more: 1 | -1): void {
    const stripe = seq >>> STRIPE_BITS
    this.#there[stripe] = (this.#there[stripe] ?? 0) + more
  }

  /** Makes the ranges of stripes contain the values of messages. */
  #widen(from: number, to: number): void {
    const { role } = this.#columns
    for (const name of NAMES) {
      const column = this.#columns[name]
      const ranges = this.#ranges[name]
      for (let seq = from; seq <= to; seq++) {
        if ((role[seq] ?? 0) !== 0) widen(ranges, seq >>> STRIPE_BITS, column[seq] ?? 0)
      }
    }
  }

  /** @returns whether the column had to grow */
  #growTo(name: ColumnName, size: number): boolean {
    if (size <= this.#columns[name].length) return false
    const room = size + Math.max(ROOM, size >>> 3)
    const larger = new ARRAYS[name](room)
    larger.set(this.#columns[name])
    this.#columns[name] = larger
    const ranges = emptyRanges(room)
    ranges.least.set(this.#ranges[name].least)
    ranges.most.set(this.#ranges[name].most)
    this.#ranges[name] = ranges
    if (name === 'role') {
      const there = new Uint16Array((room >>> STRIPE_BITS) + 1)
      there.set(this.#there)
      this.#there = there
    }
    return true
  }
}

/** Makes the range of a stripe contain a value. */
const widen = ({ least, most }: Ranges, stripe: number, value: number): void => {
  if (value < (least[stripe] ?? 0)) least[stripe] = value
  if (value > (most[stripe] ?? 0)) most[stripe] = value
}

/** Where the first of `size` rising values is that is not below a bound. */
export const placeOf = (values: ArrayLike<number>, bound: number, size = values.length): number => {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) < bound) low = middle + 1
    else high = middle
  }
  return low
}

const emptyColumns = (size: number): Record<ColumnName, Column> => ({
  role: new ARRAYS.role(size),
  level: new ARRAYS.level(size),
  source_type: new ARRAYS.source_type(size),
  project: new ARRAYS.project(size),
  component: new ARRAYS.component(size),
  scope: new ARRAYS.scope(size),
  person: new ARRAYS.person(size),
  chat: new ARRAYS.chat(size),
  words: new ARRAYS.words(size),
  seconds: new ARRAYS.seconds(size),
  session: new ARRAYS.session(size),
  sender: new ARRAYS.sender(size),
})

const MOST_VALUE = 0xffffffff

const emptyRanges = (size: number): Ranges => {
  const stripes = (size >>> STRIPE_BITS) + 1
  return { least: new Uint32Array(stripes).fill(MOST_VALUE), most: new Uint32Array(stripes) }
}

const rangesOfAll = (size: number): Record<ColumnName, Ranges> =>
  Object.fromEntries(NAMES.map(name => [name, emptyRanges(size)])) as Record<ColumnName, Ranges>
