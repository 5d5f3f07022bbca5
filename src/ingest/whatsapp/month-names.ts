/** Reads dates of exported chats in which a word names the month, such as `12. März 2014`, and writes them in figures. */
import { inNormalForm } from '../../text/normal-form.ts'
import type { DateOrder } from '../source.ts'
import { DIGIT, numberOf } from './digits.ts'

/** A head of a line whose date was rewritten in figures. */
export interface DateInFigures {
  readonly head: string
  /** How many characters longer the original was. */
  readonly shortened_by: number
  readonly order: DateOrder
}

/** The year of a date that shows none: old phones left out the year in which the chat was exported. */
export const NO_YEAR = '0000'

/**
 * Languages of phones. Croatian is not among them, because its `lipanj` and `listopad` are other months in Polish and
 * Czech. Arabic has several sets of names.
 */
const LOCALES =
  'en he de es fr pt it ru uk cs sk pl nl ar ar-SY ar-MA ar-DZ tr hi id ms sv da nb fi el hu ro bg ca th fa-u-ca-gregory'
/** Abbreviations of older phones that are not the beginning of the name: German, Indonesian, Dutch, Portuguese. */
const MORE: readonly (readonly [name: string, month: number])[] = [
  ['mrz', 3],
  ['peb', 2],
  ['nop', 11],
  ['mrt', 3],
  ['sept', 9],
]
const LEAST_LETTERS = 3
const MONTHS = 12
/** A year for which every calendar here has the same months. */
const ANY_YEAR = 2024

/** Only the letters, in lower case and without signs of abbreviation. */
const plain = (name: string): string =>
  inNormalForm(name, 'NFKC')
    .toLowerCase()
    .replace(/[.\s॰'’׳"]/gu, '')

const addTo = (names: Map<string, number | undefined>, name: string, month: number): void => {
  const known = names.get(name)
  names.set(name, names.has(name) && known !== month ? undefined : month)
}

/** Names as phones write them in dates, and their beginnings of three letters or more that mean one month only. */
const namesOfMonths = (): ReadonlyMap<string, number | undefined> => {
  const whole = new Map<string, number | undefined>(MORE)
  const beginnings = new Map<string, number | undefined>()
  for (const locale of LOCALES.split(' ')) {
    for (const month_as of ['short', 'long'] as const) {
      const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: month_as, timeZone: 'UTC' })
      for (let month = 1; month <= MONTHS; month++) {
        const parts = format.formatToParts(Date.UTC(ANY_YEAR, month - 1, 15))
        const written = parts.find(({ type }) => type === 'month')?.value ?? ''
        // Catalan months come with the word “of”.
        const name = plain(written.replace(/^(?:de\s|d['’])/u, ''))
        if (!/\p{L}/u.test(name)) continue
        addTo(whole, name, month)
        for (let letters = LEAST_LETTERS; letters < name.length; letters++) {
          addTo(beginnings, name.slice(0, letters), month)
        }
      }
    }
  }
  return new Map([...beginnings, ...whole])
}

let names: ReadonlyMap<string, number | undefined> | undefined
const monthOf = (written: string): number | undefined => {
  names ??= namesOfMonths()
  const name = plain(written)
  // In Hebrew, “in” is written as the first letter of the name.
  return names.get(name) ?? (name.startsWith('ב') ? names.get(name.slice(1)) : undefined)
}

const GAP = '[\\s\\u200e\\u200f]*'
/** Vietnamese months have numbers, and some Arabic ones two words. */
const NAME = `(?<month>(?:thg|tháng)\\s\\d{1,2}|\\p{L}[\\p{L}\\p{M}]*(?:\\.\\p{L}[\\p{L}\\p{M}]*)*(?:\\sال[\\p{L}\\p{M}]+)?[.॰'’׳]?)`
/** Words and signs between the day, the month and the year. */
const JOIN = `(?:[.\\-/,]|º|er\\b)?${GAP}(?:del?\\b|d['’])?${GAP}`
/** A year of two figures only beside a sign, or it could be the hour. */
const YEAR = `(?:${JOIN}(?<year>${DIGIT}{4}|(?<=[-/])${DIGIT}{2})(?!${DIGIT}|:)\\.?(?:${GAP}(?:г|р)\\.)?)?`
const DAY = `(?<day>${DIGIT}{1,2})`

/** In Hungarian the year comes first; in American English the month. */
const SHAPES: readonly (readonly [DateOrder, RegExp])[] = (
  [
    ['ymd', `(?<year>${DIGIT}{4})\\.?${GAP}${NAME}${GAP}${DAY}\\.?`],
    ['dmy', `${DAY}${JOIN}${NAME}${YEAR}`],
    ['mdy', `${NAME}${GAP}${DAY}${YEAR}`],
  ] as const
).map(([order, shape]) => [order, new RegExp(`(?<!\\p{L}|${DIGIT}|:)${shape}(?!\\p{L}|${DIGIT}|:)`, 'u')])

const MAY_NAME = new RegExp(`${DIGIT}[^\\n]{1,8}?\\p{L}|\\p{L}{3}[\\p{M}.]*\\s?${DIGIT}`, 'u')

/** The head of a line with its date in figures; `undefined` if no word in it names a month. */
export const dateInFigures = (head: string): DateInFigures | undefined => {
  if (!MAY_NAME.test(head)) return undefined
  for (const [order, shape] of SHAPES) {
    const match = shape.exec(head)
    const { day = '', month: name = '', year = NO_YEAR } = match?.groups ?? {}
    const month = match === null ? undefined : numberedMonth(name)
    if (match === null || month === undefined) continue
    const date = order === 'ymd' ? [year, month, day] : order === 'dmy' ? [day, month, year] : [month, day, year]
    const figures = date.join('/')
    return {
      head: head.slice(0, match.index) + figures + head.slice(match.index + match[0].length),
      shortened_by: match[0].length - figures.length,
      order,
    }
  }
  return undefined
}

/** In Vietnamese, months have a number behind the word “month”. */
const numberedMonth = (name: string): number | undefined => {
  const [number] = /\d+$/u.exec(name) ?? []
  return number === undefined ? monthOf(name) : numberOf(number)
}
