/** Writes days and times as people do in a chat, in each language. */
import type { WallClock } from '../../platform/time-zone.ts'

/** A calendar day in the reader's time zone. */
export type CalendarDay = Pick<WallClock, 'year' | 'month' | 'date'>
/** A day with its time. */
export type CalendarTime = CalendarDay & Pick<WallClock, 'hour' | 'minute'>

const ENGLISH_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `28 Nov 2026` */
export const englishDay = ({ year, month, date }: CalendarDay): string =>
  `${String(date)} ${ENGLISH_MONTHS[month - 1] ?? ''} ${String(year)}`

/** `28.11.2026` */
export const hebrewDay = ({ year, month, date }: CalendarDay): string => [date, month, year].map(String).join('.')

const ISO_DAY = /(?<![\d-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\d-]|T\d)/g

/** One of DeniDin's own texts with its ISO 8601 days written in the reader's way. */
export const withWrittenDays = (text: string, write: (day: CalendarDay) => string): string =>
  text.replace(ISO_DAY, (_day, year: string, month: string, date: string) =>
    write({ year: Number(year), month: Number(month), date: Number(date) }),
  )

/** `14:05` */
export const timeOfDay = ({ hour, minute }: Pick<WallClock, 'hour' | 'minute'>): string =>
  [hour, minute].map(part => String(part).padStart(2, '0')).join(':')

/** A time zone by its name; an offset from UTC as `UTC+03:00`. */
export const writtenZone = (zone: string): string => (/^[+-]/.test(zone) ? `UTC${zone}` : zone)
