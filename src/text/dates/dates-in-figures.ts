/** Reads dates in figures: `2026-12-01`, `1.12.2026`, `12/1/26`, and `1.12` if a word before it marks it as a date. */
import {
  dayOfYear,
  daysUntil,
  NO_DATE,
  realDay,
  singleDay,
  type DateOrder,
  type DatePattern,
  type DateSpan,
  type SaidOn,
} from './date-span.ts'

/** Two-digit years from here on belong to the last century: births are mentioned more often than distant plans. */
const LAST_CENTURY_FROM = 70

/** `2026`, `26` or `85` as a year. */
export const yearInFigures = (text: string): number => {
  const year = Number(text)
  return text.length > 2 ? year : year >= LAST_CENTURY_FROM ? 1900 + year : 2000 + year
}

interface DayAndMonth {
  readonly date: number
  /** From 0. */
  readonly month: number
}

/**
 * Which figure is the day: the one that cannot be a month, otherwise by the order; `undefined` if they cannot be a
 * date.
 */
const dayAndMonth = (first: number, second: number, order: DateOrder): DayAndMonth | undefined => {
  const month_first = second > 12 || (order === 'month-first' && first <= 12)
  const [date, month] = month_first ? [second, first] : [first, second]
  return month >= 1 && month <= 12 && date >= 1 && date <= 31 ? { date, month: month - 1 } : undefined
}

const readFigures = (
  first: string,
  second: string,
  year: string | undefined,
  said: SaidOn,
): DateSpan | typeof NO_DATE => {
  const read = dayAndMonth(Number(first), Number(second), said.order)
  if (read === undefined) return NO_DATE
  return dayOfYear(year === undefined ? undefined : yearInFigures(year), said, each =>
    realDay(each, read.month, read.date),
  )
}

/** The figures must not be part of a longer number. */
const BEGIN = '(?<![\\d.,/:+]|[\\d\\p{Script=Latin}]-)'
const END = '(?![\\d/:]|[.,-]\\d)'
const YEAR = '((?:19|20)\\d\\d|\\d\\d)'
/** Words after which `1.12` is a day, and not a version or a price. */
const CUE =
  '(?:(?<![\\p{L}\\p{N}])(?:on|by|until|till|from|since|before|after|to|between|עד|לפני|אחרי|מאז|בתאריך|לתאריך|ליום)\\s+(?:the )?|(?<![\\p{L}\\p{N}])[ושהבלמכ]{1,2}[-־ ]?)'
/** Marks figures as an amount. */
const NO_AMOUNT =
  '(?!\\s*(?:%|₪|\\$|€|£|ש["״]ח|(?:שקל|אחוז|קילו|ק["״]ג|גרם|מטר|ס["״]מ|ליטר|דולר|יורו|שעות|דקות|cups?|percent|dollars?|euros?|kg|km|miles?|hours?|inch)))'

/** Dates in figures, most exact first. */
export const DATES_IN_FIGURES: readonly DatePattern[] = [
  [
    `${BEGIN}((?:19|20)\\d\\d)([-/.])(\\d{1,2})\\2(\\d{1,2})(?:T[\\d:.]+Z?)?${END}`,
    ([year, , month, date]) => {
      const day = realDay(Number(year), Number(month) - 1, Number(date))
      return day === undefined ? NO_DATE : singleDay(day)
    },
  ],
  [
    `${BEGIN}(\\d{1,2})\\s?[-–]\\s?(\\d{1,2})[./](\\d{1,2})(?:[./]${YEAR})?${END}${NO_AMOUNT}`,
    ([from = '', to = '', month = '', year], said) => {
      const ordered = { ...said, order: 'day-first' } as const
      return daysUntil(readFigures(to, month, year, ordered), in_year => readFigures(from, month, in_year, ordered))
    },
  ],
  [
    `${BEGIN}(\\d{1,2})([./-])(\\d{1,2})\\2${YEAR}${END}`,
    ([first = '', , second = '', year], said) => readFigures(first, second, year, said),
  ],
  [
    `${CUE}(\\d{1,2})[./](\\d{1,2})\\.?${END}${NO_AMOUNT}`,
    ([first = '', second = ''], said) => readFigures(first, second, undefined, said),
  ],
  // With a slash, if only one of the two can be the month; “24/7” is none.
  [
    `${BEGIN}(?!24/7)(1[3-9]|2\\d|3[01])/(0?[1-9]|1[0-2])${END}${NO_AMOUNT}`,
    ([first = '', second = ''], said) => readFigures(first, second, undefined, said),
  ],
  // An answer that is nothing but a date.
  [
    '^\\s*(?!24/7)(\\d{1,2})[./](\\d{1,2})\\s*$',
    ([first = '', second = ''], said) => readFigures(first, second, undefined, said),
  ],
  // With a full stop after the month, in the middle of a sentence: the German way to write a date.
  [
    `${BEGIN}(\\d{1,2})\\.(\\d{1,2})\\.(?=\\s\\p{Ll})`,
    ([first = '', second = ''], said) => readFigures(first, second, undefined, { ...said, order: 'day-first' }),
  ],
]
