/** Determines for a whole export in which order its dates give day, month and year. */
import { DAY_MS } from '../../platform/clock.ts'
import { DATE_ORDERS, type DateOrder } from '../source.ts'
import { calendarOfYear, dayOf, wholeYear } from './calendars.ts'
import type { DateNumber, Header } from './header.ts'
import { NO_YEAR } from './month-names.ts'

/**
 * How the order was determined, from the most to the least certain. `names`: words name the months. `layout` is a guess
 * from how phones in some country write dates.
 */
export type SettledBy = 'names' | 'given' | 'dates' | 'sequence' | 'layout'

export interface SettledOrder {
  readonly order: DateOrder
  readonly by: SettledBy
  /** The year of all dates that show none; `undefined` if there are no such dates. */
  readonly year?: number | undefined
}

/** Phones in other zones, and wrong clocks, are at most this far ahead. */
const AHEAD_MS = 2 * DAY_MS

/** Positions of day, month and year in each order. */
const PLACES: Readonly<Record<DateOrder, readonly [day: 0 | 1 | 2, month: 0 | 1 | 2, year: 0 | 1 | 2]>> = {
  dmy: [0, 1, 2],
  mdy: [1, 0, 2],
  ymd: [2, 1, 0],
}

/**
 * What the clock on the wall showed, in milliseconds as if it were UTC; `undefined` for a date that does not exist in
 * this order, or is before WhatsApp began.
 */
export const wallTimeOf = (
  { date, order: named, calendar, minutes, seconds = 0 }: DateAndTime,
  { order, year }: Pick<SettledOrder, 'order' | 'year'>,
): number | undefined => {
  const day = dayIn({ date, calendar }, named ?? order, year)
  return day === undefined ? undefined : day + minutes * 60_000 + seconds * 1000
}

type DateAndTime = Pick<Header, 'date' | 'order' | 'calendar' | 'minutes' | 'seconds'>

const dayIn = (
  { date, calendar: named }: Pick<Header, 'date' | 'calendar'>,
  order: DateOrder,
  own_year: number | undefined,
): number | undefined => {
  const [d, m, y] = PLACES[order]
  const [day, month, written] = [date[d], date[m], date[y]]
  if (day.digits > 2 || month.digits > 2) return undefined
  if (!showsYear(written))
    return own_year === undefined ? undefined : dayOf('gregorian', own_year, month.value, day.value)
  const [calendar, year] = wholeYear(written, named) ?? []
  return calendar === undefined || year === undefined ? undefined : dayOf(calendar, year, month.value, day.value)
}

/** Whether a date is one of the Islamic calendar, whichever of its numbers is the year. */
export const isIslamic = ({ date, calendar }: Pick<Header, 'date' | 'calendar'>): boolean =>
  calendar === 'islamic' || date.some(({ value, digits }) => digits === 4 && calendarOfYear(value) === 'islamic')

const showsYear = ({ value, digits }: DateNumber): boolean => value > 0 || digits < NO_YEAR.length

/** The evidence for one order. */
interface Seen {
  /** Dates that do not exist in this order. */
  impossible: number
  /** Steps back by more than a day from one message to the next. */
  back: number
  last: number | undefined
}

/** What the layout of an export reveals about the country of its phone. */
export interface LayoutHints {
  readonly separator: string
  /** As written; empty for 24 hours. */
  readonly period: string
  /** Two digits, or a word that names the calendar behind it: then it has four in the United States too. */
  readonly is_year_american: boolean
  /** Day or month with a leading zero. */
  readonly is_padded: boolean
  /** Name of the zone that the times are read in. */
  readonly zone: string
}

/** Collects the dates of an export. */
export class DateEvidence {
  readonly #seen: Readonly<Record<DateOrder, Seen>> = { dmy: unseen(), mdy: unseen(), ymd: unseen() }
  readonly #latest: number
  #first: Header | undefined
  #is_padded = false
  /** The year in which the file was written, or the one before if a date without a year would be later than that. */
  #year: number
  #has_no_year = false

  /** @param written_at when the file was written, in milliseconds since the Unix epoch */
  constructor(written_at: number) {
    this.#latest = written_at + AHEAD_MS
    this.#year = new Date(written_at).getUTCFullYear()
  }

  add(header: Header): void {
    this.#first ??= header
    this.#is_padded ||= header.date.slice(0, 2).some(({ value, digits }) => digits === 2 && value < 10)
    if (header.order !== undefined && !showsYear(header.date[PLACES[header.order][2]])) this.#addWithoutYear(header)
    for (const order of DATE_ORDERS) {
      const seen = this.#seen[order]
      const at = wallTimeOf(header, { order, year: this.#year })
      if (at === undefined || at > this.#latest) {
        seen.impossible++
        continue
      }
      if (seen.last !== undefined && at < seen.last - DAY_MS) seen.back++
      seen.last = at
    }
  }

  #addWithoutYear(header: Header): void {
    this.#has_no_year = true
    const at = wallTimeOf(header, { order: 'dmy', year: this.#year })
    if (at === undefined || at <= this.#latest) return
    this.#year--
    for (const seen of Object.values(this.#seen)) seen.last = undefined
  }

  /** How often a message is older than the one before it by more than a day, with the dates read in this order. */
  stepsBack(order: DateOrder): number {
    return this.#seen[order].back
  }

  /** `undefined` for an export without a single valid date. */
  settle(zone: string): SettledOrder | undefined {
    const first = this.#first
    if (first === undefined) return undefined
    if (first.order !== undefined) {
      return { order: first.order, by: 'names', year: this.#has_no_year ? this.#year : undefined }
    }
    const possible = least(DATE_ORDERS, order => this.#seen[order].impossible).filter(
      order => this.#seen[order].last !== undefined,
    )
    const [only, ...others] = possible
    if (only === undefined) return undefined
    if (others.length === 0) return { order: only, by: 'dates' }
    const steady = least(possible, order => this.#seen[order].back)
    const [best = only] = steady
    if (steady.length === 1) return { order: best, by: 'sequence' }
    const hints = {
      separator: first.separator,
      period: first.period,
      is_year_american: first.calendar !== undefined || first.date.every(({ digits }) => digits <= 2),
      is_padded: this.#is_padded,
      zone,
    }
    return { order: likely(steady, hints), by: 'layout' }
  }
}

const unseen = (): Seen => ({ impossible: 0, back: 0, last: undefined })

const least = (orders: readonly DateOrder[], figure: (order: DateOrder) => number): readonly DateOrder[] => {
  const smallest = Math.min(...orders.map(figure))
  return orders.filter(order => figure(order) === smallest)
}

/** Zones of countries that write the month first. */
const MONTH_FIRST =
  /^(?:US\/|America\/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Anchorage|Detroit|Boise|Indiana|Kentucky|Menominee|North_Dakota|Juneau|Sitka|Nome|Adak|Puerto_Rico)|Pacific\/(?:Honolulu|Guam)|Asia\/Manila)/

/**
 * The likely order. Phones set to US English write `1/5/21, 3:04 PM`: slashes, no leading zeros, two digits of the
 * year, and capitals; elsewhere `am` and `pm` are lower case, years have four digits, or days have two digits.
 */
const likely = (orders: readonly DateOrder[], hints: LayoutHints): DateOrder => {
  const american =
    hints.separator === '/' && /^[AP]M$/u.test(hints.period) && !hints.is_padded && hints.is_year_american
  const local =
    hints.separator === '/' && MONTH_FIRST.test(hints.zone) && hints.period !== '' && !/^[ap]/u.test(hints.period)
  const wanted: DateOrder = american || local ? 'mdy' : 'dmy'
  return orders.includes(wanted) ? wanted : (orders[0] ?? 'dmy')
}
