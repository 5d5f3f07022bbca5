/** Recognises the beginning of a message in an exported chat: a date, a time, and the text after them. */
import type { DateOrder } from '../source.ts'
import { calendarNamedIn, type Calendar } from './calendars.ts'
import { dayPeriodOf, hourOf, type DayPeriod } from './day-periods.ts'
import { DIGIT, DIGITS_IN_CLASS, numberOf } from './digits.ts'
import { dateInFigures, type DateInFigures } from './month-names.ts'

/** The beginning of a message as written: the order of the numbers in its date is determined for the whole file. */
export interface Header {
  /** The three numbers of the date, in the order of the file, with their numbers of digits. */
  readonly date: readonly [DateNumber, DateNumber, DateNumber]
  /** The character between them, or `name` if a word names the month. */
  readonly separator: string
  /** The order of the three numbers, if a word named the month. */
  readonly order: DateOrder | undefined
  /** The calendar, if a word behind the date names it. */
  readonly calendar: Calendar | undefined
  /** Minutes since the beginning of the day. */
  readonly minutes: number
  /** `undefined` in exports without seconds. */
  readonly seconds: number | undefined
  /** As written, such as `AM`; empty for 24 hours. */
  readonly period: string
  /** What all headers of one export have in common: brackets, separator, comma, seconds. */
  readonly layout: string
  /** The rest of the line: the sender and the text, or the sentence of an event. */
  readonly rest: string
}

export interface DateNumber {
  readonly value: number
  readonly digits: number
}

/** Direction marks, and the byte order mark: they may occur anywhere. */
export const MARKS = '\\u200e\\u200f\\u061c\\u202a-\\u202e\\u2066-\\u2069\\ufeff'
const GAP = `[\\s${MARKS}]*`
/** Words between date and time, or after the time, without digits and without characters that headers use. */
const WORDS = `[^${DIGITS_IN_CLASS}\\[\\]:–—-]{0,24}?`

/** Signs before a year of the Japanese calendar, and the year before its first: in letters and in full. */
const ERAS: Readonly<Record<string, number>> = { R: 2018, 令和: 2018, H: 1988, 平成: 1988 }
const YEAR = `(?:${Object.keys(ERAS).join('|')})?${DIGIT}{1,4}`

const DATE =
  `(?<first>${YEAR})${GAP}(?<separator>[./年년-])${GAP}(?<second>${DIGIT}{1,2})` +
  `${GAP}(?<next>[./月월-])${GAP}(?<third>${YEAR})${GAP}[.日일]?`
const TIME = `(?<hour>${DIGIT}{1,2})(?:[:.]|${GAP}h${GAP})(?<minute>${DIGIT}{2})(?:(?:[:.]|${GAP}min${GAP})(?<seconds>${DIGIT}{2})(?:${GAP}s\\b)?)?`
/** Old iPhones wrote no brackets, and a colon after the time. */
const END = `(?<end>\\]|[-–—](?=\\s|$)|:(?=\\s))[^\\S\\n]?`
const BEGIN = `^${GAP}(?<bracket>\\[?)${GAP}`

const HEADER = new RegExp(`${BEGIN}${DATE}(?<between>${WORDS})${TIME}(?<after>${WORDS})${END}`, 'u')
/** As in Vietnamese. */
const TIME_FIRST = new RegExp(`${BEGIN}${TIME}(?<after>${WORDS})(?<between>,?${GAP})${DATE}${END}`, 'u')

/** A cheap check whether a line may begin with a date or a time; or with the name of a month and a day. */
const MAY_BEGIN = new RegExp(
  `^[\\s${MARKS}]*\\[?[\\s${MARKS}]*(?:${YEAR}|\\p{L}{3,12}\\.?\\s${DIGIT}{1,2}(?!${DIGIT}))`,
  'u',
)

/** No header is longer, so the rest of a line is not examined. */
const MOST_HEADER_CHARACTERS = 120

/** Words between date and time without meaning, in the languages that use them. */
const CONNECTORS = new Set([
  '',
  'at',
  'um',
  'à',
  'às',
  'a las',
  'alle',
  'alle ore',
  'в',
  'om',
  'kl',
  'klo',
  'o',
  'בשעה',
  'saat',
])

/** A word behind a time that names it as one. */
const HOUR = /^(?:ч\.?|uhr|น\.|u|h)(?:\s|$)/iu

const EVERY_MARK = new RegExp(`[${MARKS}]`, 'gu')

/** A text without direction marks. */
export const withoutMarks = (text: string): string => text.replace(EVERY_MARK, '')

/** The header of a line; `undefined` for a line that continues a message. */
export const parseHeader = (line: string): Header | undefined => {
  const head = line.slice(0, MOST_HEADER_CHARACTERS)
  if (!MAY_BEGIN.test(head)) return undefined
  const inFigures = matchOf(head)
  if (inFigures !== null) return headerOf(line, inFigures)
  const named = dateInFigures(head)
  const match = named === undefined ? null : matchOf(named.head)
  return named === undefined || match === null ? undefined : headerOf(line, match, named)
}

const matchOf = (head: string): RegExpExecArray | null => HEADER.exec(head) ?? TIME_FIRST.exec(head)

const headerOf = (line: string, match: RegExpExecArray, named?: DateInFigures): Header | undefined => {
  const { bracket = '', separator = '', end = '', seconds, ...parts } = match.groups ?? {}
  if ((bracket === '[') !== (end === ']')) return undefined
  if (separator !== parts['next'] && separator !== '年' && separator !== '년') return undefined
  // With a colon after minutes alone, too many lines of messages would look like this.
  if (end === ':' && seconds === undefined) return undefined
  const { comma, words: before, calendar } = behindDate(parts['between'] ?? '')
  const behind = wordsIn(parts['after'] ?? '')
    .replace(/^[,،、]\s*/u, '')
    .replace(HOUR, '')
  const period = before === '' || CONNECTORS.has(before.toLowerCase()) ? behind : before
  if (behind !== '' && period !== behind) return undefined
  const known = period === '' ? undefined : dayPeriodOf(period)
  if (period !== '' && known === undefined) return undefined
  const minutes = minutesOf(numberOf(parts['hour'] ?? ''), numberOf(parts['minute'] ?? ''), known)
  const second_of = seconds === undefined ? undefined : numberOf(seconds)
  if (minutes === undefined || (second_of ?? 0) > 59) return undefined
  const sign = named === undefined ? separator : 'name'
  return {
    date: [dateNumber(parts['first'] ?? ''), dateNumber(parts['second'] ?? ''), dateNumber(parts['third'] ?? '')],
    separator: sign,
    order: named?.order,
    calendar,
    minutes,
    seconds: second_of,
    period,
    // Not whether there are 12 or 24 hours: a phone may change that within one export.
    layout: [bracket, sign, comma, seconds === undefined ? 'minutes' : 'seconds', end === ':' ? end : ''].join(' '),
    rest: line.slice(match[0].length + (named?.shortened_by ?? 0)),
  }
}

/** In Basque, times are in brackets. */
const wordsIn = (text: string): string =>
  withoutMarks(text)
    .replace(/[\s()]+/gu, ' ')
    .trim()

interface BehindDate {
  readonly calendar: Calendar | undefined
  readonly comma: string
  readonly words: string
}

/** The name of a calendar and the comma that may come behind a date, and the words after them. */
const behindDate = (text: string): BehindDate => {
  const [calendar, rest] = calendarNamedIn(wordsIn(text))
  const [comma = ''] = /^[,،、]/u.exec(rest) ?? []
  return { comma: comma === '' ? '' : ',', words: rest.slice(comma.length).trim(), calendar }
}

const minutesOf = (hour: number, minute: number, period: DayPeriod | undefined): number | undefined => {
  const of_day = period === undefined ? hour : hourOf(hour, period)
  return of_day === undefined || of_day > 23 || minute > 59 ? undefined : of_day * 60 + minute
}

const dateNumber = (text: string): DateNumber => {
  const era = Object.keys(ERAS).find(each => text.startsWith(each))
  if (era === undefined) return { value: numberOf(text), digits: text.length }
  return { value: (ERAS[era] ?? 0) + numberOf(text.slice(era.length)), digits: FULL_YEAR_DIGITS }
}

const FULL_YEAR_DIGITS = 4
