/** Spans of days on the calendar: the result of reading a date expression. */
import { DAY_MS } from '../../platform/clock.ts'

/** A stretch of calendar days, both ends included, in days since the Unix epoch (UTC). */
export interface DateSpan {
  readonly from: number
  readonly to: number
}

/** A regular expression (flags `giu`), and the days that its groups mean when said on `day`. */
export type DatePattern = readonly [
  pattern: string,
  span: (groups: readonly (string | undefined)[], day: number) => DateSpan | undefined,
]

const WEEK_DAYS = 7

/** The calendar day of an instant, in days since the Unix epoch (UTC). */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS)

const dateOf = (day: number): Date => new Date(day * DAY_MS)

/** The day of a calendar date; months from 0, may be out of range and then count on. */
export const dayOfDate = (year: number, month: number, date: number): number => dayOf(Date.UTC(year, month, date))

export const yearOf = (day: number): number => dateOf(day).getUTCFullYear()
/** From 0. */
export const monthOf = (day: number): number => dateOf(day).getUTCMonth()
/** Sunday is 0. */
export const weekdayOf = (day: number): number => dateOf(day).getUTCDay()

export const singleDay = (day: number): DateSpan => ({ from: day, to: day })

export const wholeMonth = (year: number, month: number): DateSpan => ({
  from: dayOfDate(year, month, 1),
  to: dayOfDate(year, month + 1, 0),
})

export const wholeYear = (year: number): DateSpan => ({ from: dayOfDate(year, 0, 1), to: dayOfDate(year, 11, 31) })

/** First months of spring, summer, autumn and winter in the northern half of the world, where seasons take three months. */
export type Season = 'spring' | 'summer' | 'autumn' | 'winter'
const FIRST_MONTH: Readonly<Record<Season, number>> = { spring: 2, summer: 5, autumn: 8, winter: 11 }

/** A season of a year; winter is the one that begins in its December. */
export const wholeSeason = (year: number, season: Season): DateSpan => ({
  from: dayOfDate(year, FIRST_MONTH[season], 1),
  to: dayOfDate(year, FIRST_MONTH[season] + 3, 0),
})

/** The week of a day, Monday to Sunday, moved by whole weeks. */
export const weekOf = (day: number, weeks: number): DateSpan => {
  const monday = day - ((weekdayOf(day) + 6) % WEEK_DAYS) + weeks * WEEK_DAYS
  return { from: monday, to: monday + 6 }
}

/** Friday to Sunday before or after a day: what people call the last, this and the next weekend. */
export const weekendOf = (day: number, weekends: number): DateSpan => {
  const { to } = weekOf(day, weekends)
  return { from: to - 2, to }
}

/** The month of a day, moved by whole months. */
export const monthFrom = (day: number, months: number): DateSpan => {
  const moved = dayOfDate(yearOf(day), monthOf(day) + months, 1)
  return wholeMonth(yearOf(moved), monthOf(moved))
}

/** The nearest day of a weekday strictly before (`-1`) or after (`1`) a day. */
export const nearestWeekday = (day: number, weekday: number, direction: -1 | 1): number => {
  const distance = (direction * (weekday - weekdayOf(day)) + 2 * WEEK_DAYS) % WEEK_DAYS
  return day + direction * (distance === 0 ? WEEK_DAYS : distance)
}

/** How much nearer a day to come must be than one that is past: people tell more than they plan. */
const FUTURE_DISTANCE = 2

/** The span of a month or season without a year that lies nearest to a day. */
const nearestYear = (day: number, spanIn: (year: number) => DateSpan): DateSpan => {
  const distance = ({ from, to }: DateSpan): number =>
    day < from ? FUTURE_DISTANCE * (from - day) : day > to ? day - to : 0
  const year = yearOf(day)
  return [year, year - 1, year + 1].map(spanIn).reduce((best, each) => (distance(each) < distance(best) ? each : best))
}

/** A span of the year that was said, or of the nearest one where none was. */
export const spanOfYear = (
  year: string | number | undefined,
  day: number,
  spanIn: (year: number) => DateSpan,
): DateSpan => (year === undefined ? nearestYear(day, spanIn) : spanIn(Number(year)))

const UNIT_SLACK: Readonly<Record<'day' | 'week' | 'month' | 'year', number>> = {
  day: 0,
  week: 3,
  month: 15,
  year: 182,
}
const UNIT_DAYS: Readonly<Record<'day' | 'week' | 'month' | 'year', number>> = {
  day: 1,
  week: WEEK_DAYS,
  month: 30.44,
  year: 365.25,
}
export type Unit = keyof typeof UNIT_DAYS

/** A number of units before or after a day, as exactly as people mean it: “two weeks ago” is half a week either way. */
export const unitsFrom = (day: number, count: number, unit: Unit): DateSpan => {
  const middle = Math.round(day + count * UNIT_DAYS[unit])
  return { from: middle - UNIT_SLACK[unit], to: middle + UNIT_SLACK[unit] }
}

/** Parts of a month: early, in the middle, late. */
export const partOfMonth = ({ from, to }: DateSpan, part: 'early' | 'middle' | 'late'): DateSpan =>
  part === 'early'
    ? { from, to: from + 10 }
    : part === 'middle'
      ? { from: from + 9, to: from + 20 }
      : { from: to - 11, to }

/** The same days of another year. */
export const inYear = ({ from, to }: DateSpan, year: number): DateSpan => {
  const moved = dayOfDate(year, monthOf(from), dateOf(from).getUTCDate())
  return { from: moved, to: moved + to - from }
}
