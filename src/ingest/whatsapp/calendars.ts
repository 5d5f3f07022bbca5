/** Calendars of phones: which calendar a year is of, and the days of the Solar Hijri calendar of Iran and Afghanistan. */
import { DAY_MS } from '../../platform/clock.ts'

/**
 * `islamic`: the lunar calendar. Its variants begin a month on different days, so its dates cannot be converted for
 * certain.
 */
export type Calendar = 'gregorian' | 'buddhist' | 'solar_hijri' | 'islamic'

/** Words behind a date that name the calendar, without dots, blanks and joiners. */
const NAMES: readonly (readonly [calendar: Calendar, name: RegExp])[] = [
  ['gregorian', /^(?:ad|г)$/u],
  ['buddhist', /^(?:be|พศ)$/u],
  ['solar_hijri', /^(?:ap|sh|هش|هجریشمسی|هجریخورشیدی)$/u],
  ['islamic', /^(?:ah|هق|هجریقمری|ه|هجري|هجرية)$/u],
]
/** Letters with the joiners and lengthening signs that phones put among them. */
const ERA = /^(\p{L}[\p{L}\p{M}.\u0640\u200c\u200d]{0,12}(?: (?:شمسی|خورشیدی|قمری))?)(?=[\s,،、]|$)/u

/** The calendar that the words behind a date name first, and the words after that name. */
export const calendarNamedIn = (words: string): readonly [calendar: Calendar | undefined, rest: string] => {
  const [written] = ERA.exec(words) ?? []
  if (written === undefined) return [undefined, words]
  const plain = written
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[.\s\u0640\u200c\u200d]/gu, '')
  const calendar = NAMES.find(([, name]) => name.test(plain))?.[0]
  return calendar === undefined ? [undefined, words] : [calendar, words.slice(written.length).trim()]
}

/**
 * The years of each calendar from 2009, when WhatsApp began, to 2056. They have no year in common until 2051, so a year
 * tells its calendar.
 */
const YEARS: readonly (readonly [calendar: Calendar, first: number, last: number])[] = [
  ['gregorian', 2009, 2056],
  ['buddhist', 2552, 2599],
  ['solar_hijri', 1387, 1429],
  ['islamic', 1430, 1480],
]

/** The calendar of a year of four figures; `undefined` for a year before WhatsApp began. */
export const calendarOfYear = (year: number): Calendar | undefined =>
  YEARS.find(([, first, last]) => year >= first && year <= last)?.[0]

/** The calendar of a year and the whole year, of one written with two figures or four; `undefined` if there is none. */
export const wholeYear = (
  { value, digits }: { readonly value: number; readonly digits: number },
  named: Calendar | undefined,
): readonly [calendar: Calendar, year: number] | undefined => {
  if (digits !== 2 && digits !== 4) return undefined
  const calendar = named ?? (digits === 4 ? calendarOfYear(value) : value >= FIRST_BUDDHIST ? 'buddhist' : 'gregorian')
  const year = digits === 4 ? value : CENTURIES[calendar ?? 'gregorian'] + value
  return calendar !== undefined && calendarOfYear(year) === calendar ? [calendar, year] : undefined
}

/** 2552 is 2009. In other calendars, no year of two figures is as large before 2052. */
const FIRST_BUDDHIST = 52
const CENTURIES: Readonly<Record<Calendar, number>> = {
  gregorian: 2000,
  buddhist: 2500,
  solar_hijri: 1400,
  islamic: 1400,
}

/** Years of the Buddhist calendar are 543 ahead. */
const BUDDHIST_YEARS = 543

/**
 * The beginning of a day, in milliseconds since the Unix epoch as if it were UTC; `undefined` for a day that does not
 * exist, and for the Islamic calendar.
 */
export const dayOf = (calendar: Calendar, year: number, month: number, day: number): number | undefined => {
  if (month < 1 || month > 12 || day < 1) return undefined
  if (calendar === 'islamic') return undefined
  if (calendar === 'solar_hijri') return solarHijriDay(year, month, day)
  const at = Date.UTC(calendar === 'buddhist' ? year - BUDDHIST_YEARS : year, month - 1, day)
  return new Date(at).getUTCDate() === day ? at : undefined
}

/** The first day of the year 1403: 20 March 2024. */
const YEAR_1403 = Date.UTC(2024, 2, 20)

/**
 * Days from a fixed day to the first day of a year: 8 of 33 years are leap years. The rule agrees with the equinox in
 * all years of `YEARS`.
 */
const daysBefore = (year: number): number => 365 * year + Math.floor((8 * year + 21) / 33)

const solarHijriDay = (year: number, month: number, day: number): number | undefined => {
  const last = month <= 6 ? 31 : month <= 11 ? 30 : daysBefore(year + 1) - daysBefore(year) - 336
  if (day > last) return undefined
  const of_year = (month - 1) * 30 + Math.min(month - 1, 6) + day - 1
  return YEAR_1403 + (daysBefore(year) - daysBefore(1403) + of_year) * DAY_MS
}
