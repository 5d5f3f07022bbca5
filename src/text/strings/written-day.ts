/** Days and times as people write them in a chat, in each language. */
import type { WallClock } from '../../platform/time-zone.ts'

/** A day of the calendar where its reader is. */
export type CalendarDay = Pick<WallClock, 'year' | 'month' | 'date'>
/** A day with its time. */
export type CalendarTime = CalendarDay & Pick<WallClock, 'hour' | 'minute'>

const ENGLISH_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `28 Nov 2026` */
export const englishDay = ({ year, month, date }: CalendarDay): string =>
  `${String(date)} ${ENGLISH_MONTHS[month - 1] ?? ''} ${String(year)}`

/** `28.11.2026` */
export const hebrewDay = ({ year, month, date }: CalendarDay): string => [date, month, year].map(String).join('.')

/** `14:05` */
export const timeOfDay = ({ hour, minute }: Pick<WallClock, 'hour' | 'minute'>): string =>
  [hour, minute].map(part => String(part).padStart(2, '0')).join(':')
