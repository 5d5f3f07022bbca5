/** Spans of days on the calendar: the result of reading a date expression. */
import { DAY_MS } from '../../platform/clock.ts'

/** A range of calendar days, both ends included, in days since 1 January 1970. */
export interface DateSpan {
  readonly from: number
  readonly to: number
}

/** Whether a clause speaks of the past or of the future; `undefined` if its words do not say. */
export type Tense = 'past' | 'future' | undefined

/** Which of two figures is the day if both could be: `3/4` is 3 April or March 4. */
export type DateOrder = 'day-first' | 'month-first'

/** When a date expression was said, and how it is meant. */
export interface SaidOn {
  /** The calendar day on which it was said, in days since the Unix epoch. */
  readonly day: number
  /** The tense of the clause around the expression. */
  readonly tense: Tense
  readonly order: DateOrder
}

/** The expression looks like a date but is not one: less exact patterns must not read it again. */
export const NO_DATE = 'no date'

/**
 * A regular expression (flags `giu`), and the days that its groups mean; `undefined` leaves the text to other patterns.
 */
export type DatePattern = readonly [
  pattern: string,
  span: (groups: readonly (string | undefined)[], said: SaidOn) => DateSpan | typeof NO_DATE | undefined,
]

const WEEK_DAYS = 7

const dayOf = (at: number): number => Math.floor(at / DAY_MS)

const dateOf = (day: number): Date => new Date(day * DAY_MS)

/** The day of a calendar date; months from 0. Values out of range carry over. */
export const dayOfDate = (year: number, month: number, date: number): number => dayOf(Date.UTC(year, month, date))

export const yearOf = (day: number): number => dateOf(day).getUTCFullYear()
/** From 0. */
export const monthOf = (day: number): number => dateOf(day).getUTCMonth()
/** Sunday is 0. */
export const weekdayOf = (day: number): number => dateOf(day).getUTCDay()

/** The day of a calendar date, months from 0; `undefined` if the calendar has no such day. */
export const realDay = (year: number, month: number, date: number): number | undefined => {
  const day = dayOfDate(year, month, date)
  return monthOf(day) === month && dateOf(day).getUTCDate() === date && yearOf(day) === year ? day : undefined
}

export const singleDay = (day: number): DateSpan => ({ from: day, to: day })

export const wholeMonth = (year: number, month: number): DateSpan => ({
  from: dayOfDate(year, month, 1),
  to: dayOfDate(year, month + 1, 0),
})

export const wholeYear = (year: number): DateSpan => ({ from: dayOfDate(year, 0, 1), to: dayOfDate(year, 11, 31) })

/** Seasons in the northern hemisphere, each three months long from its first month. */
export type Season = 'spring' | 'summer' | 'autumn' | 'winter'
const FIRST_MONTH: Readonly<Record<Season, number>> = { spring: 2, summer: 5, autumn: 8, winter: 11 }

/** A season of a year; winter is the one that begins in its December. */
export const wholeSeason = (year: number, season: Season): DateSpan => ({
  from: dayOfDate(year, FIRST_MONTH[season], 1),
  to: dayOfDate(year, FIRST_MONTH[season] + 3, 0),
})

/** The week of a day, moved by whole weeks. @param first weekday on which a week begins; Sunday is 0 */
export const weekOf = (day: number, weeks: number, first = 1): DateSpan => {
  const begin = day - ((weekdayOf(day) - first + WEEK_DAYS) % WEEK_DAYS) + weeks * WEEK_DAYS
  return { from: begin, to: begin + WEEK_DAYS - 1 }
}

/** Friday to Sunday before or after a day: the last, this and the next weekend. */
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

/** How much nearer a future month or season must be than a past one: people report more often than they plan. */
const FUTURE_DISTANCE = 2

/** Years on each side of a day in which every month and holiday occurs at least once. */
const NEAR_YEARS = 2

/** The longest time between two leap days, as from 1896 to 1904. */
const LEAP_DAYS_APART_YEARS = 8

/**
 * The year in which a span is meant: the last one in the past, the next one in the future, and the nearest one if the
 * tense is unknown.
 * @param spanIn the span in a year; `undefined` if that year has none (29 February)
 */
const meantYear = (
  { day, tense }: SaidOn,
  future_distance: number,
  spanIn: (year: number) => DateSpan | undefined,
): DateSpan | undefined => {
  const distance = ({ from, to }: DateSpan): number =>
    day < from ? future_distance * (from - day) : day > to ? day - to : 0
  const fits = ({ from, to }: DateSpan): boolean =>
    tense === 'past' ? from <= day : tense === 'future' ? to >= day : true
  const year = yearOf(day)
  const within = (years: number): readonly DateSpan[] =>
    Array.from({ length: 2 * years + 1 }, (_, index) => spanIn(year - years + index)).flatMap(span =>
      span !== undefined && fits(span) ? span : [],
    )
  const near = within(NEAR_YEARS)
  const fitting = near.length > 0 ? near : within(LEAP_DAYS_APART_YEARS)
  return fitting.reduce<DateSpan | undefined>(
    (best, each) => (best === undefined || distance(each) < distance(best) ? each : best),
    undefined,
  )
}

/** A month or season in the given year, or in the year that is meant if none is given. */
export const spanOfYear = (
  year: string | number | undefined,
  said: SaidOn,
  spanIn: (year: number) => DateSpan,
): DateSpan =>
  year === undefined ? (meantYear(said, FUTURE_DISTANCE, spanIn) ?? spanIn(yearOf(said.day))) : spanIn(Number(year))

/** A day in the given year, or in the year that is meant; no date if the calendar has no such day. */
export const dayOfYear = (
  year: string | number | undefined,
  said: SaidOn,
  dayIn: (year: number) => number | undefined,
): DateSpan | typeof NO_DATE => {
  const spanIn = (each: number): DateSpan | undefined => {
    const day = dayIn(each)
    return day === undefined ? undefined : singleDay(day)
  }
  return (year === undefined ? meantYear(said, 1, spanIn) : spanIn(Number(year))) ?? NO_DATE
}

/** A range of days in each year, such as a holiday: in the given year, or in the year that is meant. */
export const daysOfYear = (year: string | undefined, said: SaidOn, spanIn: (year: number) => DateSpan): DateSpan =>
  year === undefined ? (meantYear(said, 1, spanIn) ?? spanIn(yearOf(said.day))) : spanIn(Number(year))

/** A weekday without “last” or “next”: the last one in the past, otherwise the next one. */
export const weekdayMeant = ({ day, tense }: SaidOn, weekday: number): DateSpan =>
  singleDay(nearestWeekday(day, weekday, tense === 'past' ? -1 : 1))

/** A day of the month, searched month by month from the given day, backwards for the past: the first that fits. */
const nearestDate = (
  { day, tense }: SaidOn,
  date: number,
  most_months: number,
  fits: (day: number) => boolean,
): DateSpan | typeof NO_DATE => {
  const step = tense === 'past' ? -1 : 1
  for (let months = 0; Math.abs(months) <= most_months; months += step) {
    const meant = dateOfMonth(monthFrom(day, months), date)
    if (meant === NO_DATE || (tense === 'past' ? meant.from > day : meant.from < day)) continue
    if (fits(meant.from)) return meant
  }
  return NO_DATE
}

/** A day of a month; no date if the month has no such day. */
export const dateOfMonth = ({ from, to }: DateSpan, date: number): DateSpan | typeof NO_DATE => {
  const meant = from + date - 1
  return meant >= from && meant <= to ? singleDay(meant) : NO_DATE
}

/** A day of the month without a month: “on the 1st”. */
export const dayOfMonthMeant = (said: SaidOn, date: number): DateSpan | typeof NO_DATE =>
  nearestDate(said, date, 12, () => true)

/** A weekday that is also a day of the month: “Tuesday the 1st”. */
export const weekdayAndDate = (said: SaidOn, weekday: number, date: number): DateSpan | typeof NO_DATE =>
  nearestDate(said, date, 48, day => weekdayOf(day) === weekday)

/**
 * “From the 3rd to the 5th”: the second date is read first, because it has the month; the first is in the same year.
 */
export const daysUntil = (
  last: DateSpan | typeof NO_DATE,
  firstIn: (year: string) => DateSpan | typeof NO_DATE,
): DateSpan | typeof NO_DATE => {
  if (last === NO_DATE) return NO_DATE
  const first = firstIn(String(yearOf(last.from)))
  return first === NO_DATE || first.from > last.to ? NO_DATE : { from: first.from, to: last.to }
}

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

/** Smaller units in a unit: half a year is six months, and as exact as these. */
const PARTS_OF_UNIT: Readonly<Partial<Record<Unit, readonly [number, Unit]>>> = {
  year: [12, 'month'],
  month: [4, 'week'],
  week: [7, 'day'],
}

/**
 * A number of units before or after a day, as precisely as people mean it: “two weeks ago” may be off by half a week.
 */
export const unitsFrom = (day: number, count: number, unit: Unit): DateSpan => {
  const parts = PARTS_OF_UNIT[unit]
  if (!Number.isInteger(count) && parts !== undefined) return unitsFrom(day, Math.round(count * parts[0]), parts[1])
  const middle = Math.round(day + count * UNIT_DAYS[unit])
  return { from: middle - UNIT_SLACK[unit], to: middle + UNIT_SLACK[unit] }
}

/** The one day that is a number of units before or after a day: “two months ago to the day”. */
export const exactUnitsFrom = (day: number, count: number, unit: Unit): DateSpan => {
  if (unit === 'day' || unit === 'week' || !Number.isInteger(count)) {
    const { from, to } = unitsFrom(day, count, unit)
    return singleDay(Math.round((from + to) / 2))
  }
  const month = monthFrom(day, unit === 'year' ? count * 12 : count)
  // A shorter month ends earlier: a month after 31 January is its last day.
  return singleDay(Math.min(month.from + dateOf(day).getUTCDate() - 1, month.to))
}

/** The last days of a year, or the first weeks of it. */
export const partOfYear = ({ from, to }: DateSpan, part: 'early' | 'middle' | 'late'): DateSpan =>
  part === 'early'
    ? { from, to: from + 30 }
    : part === 'middle'
      ? { from: from + 150, to: from + 212 }
      : { from: to - 30, to }

/** Parts of a month: early, in the middle, late. */
export const partOfMonth = ({ from, to }: DateSpan, part: 'early' | 'middle' | 'late'): DateSpan =>
  part === 'early'
    ? { from, to: from + 10 }
    : part === 'middle'
      ? { from: from + 9, to: from + 20 }
      : { from: to - 11, to }

/** One range from the first span to the second: “from Sunday to Thursday” ends in the week in which it begins. */
export const stretch = (first: DateSpan, second: DateSpan): DateSpan => {
  const to = second.to < first.from && first.from - second.to < WEEK_DAYS ? second.to + WEEK_DAYS : second.to
  return { from: Math.min(first.from, second.from === second.to ? to : second.from), to: Math.max(first.to, to) }
}

/** The same days of another year. */
export const inYear = ({ from, to }: DateSpan, year: number): DateSpan => {
  const moved = dayOfDate(year, monthOf(from), dateOf(from).getUTCDate())
  return { from: moved, to: moved + to - from }
}
