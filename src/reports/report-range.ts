/** The days that a report covers, in the operator's calendar and time zone. */
import { DAY_MS, isoDay } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { TimeZone } from '../platform/time-zone.ts'
import type { ReportName } from '../platform/report-names.ts'

/** Days since 1 January 1970, both inclusive; `undefined`: no bound. */
export interface ReportDays {
  readonly first: number | undefined
  readonly last: number | undefined
}

/** A range of days with their time zone. */
export interface ReportRange extends ReportDays {
  readonly zone: TimeZone
}

const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)$/

/**
 * How many days up to today the timeline and the report on conversations cover by default. The other reports cover all
 * days.
 */
const USUAL_DAYS = 30
const WITH_USUAL_DAYS: ReadonlySet<ReportName> = new Set(['timeline', 'conversation'])

/** `YYYY-MM-DD` as days since 1970; `undefined` if there is no such day. */
const dayNumber = (text: string): number | undefined => {
  const [, year, month, date] = ISO_DAY.exec(text.trim()) ?? []
  if (year === undefined) return undefined
  const at = Date.parse(`${year}-${String(month)}-${String(date)}T00:00:00Z`)
  // `Date.parse` interprets 30 February as 2 March.
  return Number.isNaN(at) || isoDayOf(at / DAY_MS) !== text.trim() ? undefined : at / DAY_MS
}

/** A day in days since 1970 as `YYYY-MM-DD`. */
export const isoDayOf = (day: number): string => isoDay(day * DAY_MS)

/**
 * The requested days, or the default ones of the report.
 * @param today in days since 1970
 * @throws DenidinError `invalid_input`
 */
export const reportDays = (
  report: ReportName,
  asked: { readonly start_date?: string | undefined; readonly end_date?: string | undefined },
  today: number,
): ReportDays => {
  const first = asked.start_date === undefined ? undefined : readDay('start-date', asked.start_date)
  const last = asked.end_date === undefined ? undefined : readDay('end-date', asked.end_date)
  if (first !== undefined && last !== undefined && first > last) {
    throw new DenidinError(
      'invalid_input',
      `the start date ${isoDayOf(first)} is after the end date ${isoDayOf(last)}; give the earlier day as the start date`,
    )
  }
  if (!WITH_USUAL_DAYS.has(report)) return { first, last }
  const end = last ?? Math.max(today, first ?? today)
  return { first: first ?? end - USUAL_DAYS + 1, last: end }
}

const readDay = (name: string, text: string): number => {
  const day = dayNumber(text)
  if (day !== undefined) return day
  const reason = ISO_DAY.test(text.trim()) ? 'which is not a day of the calendar' : 'which cannot be read'
  throw new DenidinError('invalid_input', `${name} is "${text.slice(0, 40)}", ${reason}; write a day as 2026-11-28`)
}

/** When a range begins and ends (the end is exclusive), in milliseconds since the Unix epoch. */
export const instantsOf = ({ first, last, zone }: ReportRange): { readonly begins: number; readonly ends: number } => ({
  begins: first === undefined ? Number.NEGATIVE_INFINITY : zone.beginOf(first),
  ends: last === undefined ? Number.POSITIVE_INFINITY : zone.beginOf(last + 1),
})
