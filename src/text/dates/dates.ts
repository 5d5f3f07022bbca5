/** Reads date expressions in any language that DeniDin knows. */
import { dayOf, dayOfDate, inYear, singleDay, type DatePattern, type DateSpan } from './date-span.ts'
import { ENGLISH_DATES } from './dates-in-english.ts'
import { HEBREW_DATES } from './dates-in-hebrew.ts'

/** Dates in figures: ISO, and day first with dots or slashes, as Hebrew and most of the world write. */
const FIGURES: readonly DatePattern[] = [
  [
    '(?<![\\d-])((?:19|20)\\d\\d)-(\\d{1,2})-(\\d{1,2})(?![\\d-])',
    ([year, month, date]) => singleDay(dayOfDate(Number(year), Number(month) - 1, Number(date))),
  ],
  [
    '(?<![\\d./])(\\d{1,2})[./](\\d{1,2})[./]((?:19|20)?\\d\\d)(?![\\d./])',
    ([date, month, year]) =>
      singleDay(
        dayOfDate(
          Number(year) % 100 === Number(year) ? 2000 + Number(year) : Number(year),
          Number(month) - 1,
          Number(date),
        ),
      ),
  ],
]

interface CompiledPattern {
  readonly pattern: RegExp
  readonly span: DatePattern[1]
}

const compile = (patterns: readonly DatePattern[]): readonly CompiledPattern[] =>
  patterns.map(([pattern, span]) => ({ pattern: new RegExp(pattern, 'giu'), span }))

const LATIN = compile([...FIGURES, ...ENGLISH_DATES])
const HEBREW = compile([...FIGURES, ...HEBREW_DATES])

/** Texts longer than this are searched up to here: a message of pages is about more than one date. */
const MOST_CHARACTERS = 4000
/** “Between … and …”: one stretch. */
const BETWEEN = /\bbetween\b|\bfrom\b.+\b(?:to|until|till)\b|(?<!\p{L})בין(?!\p{L})/iu

/**
 * Days that a text speaks of: explicit dates and relative ones, English and Hebrew, resolved against `said_at`
 * (milliseconds since the Unix epoch) in UTC. A month or weekday without a year is the nearest one. What is not
 * understood is left out.
 */
export const datesIn = (text: string, said_at: number): readonly DateSpan[] => {
  const day = dayOf(said_at)
  const searched = text.slice(0, MOST_CHARACTERS)
  let rest = searched
  const spans: DateSpan[] = []
  for (const { pattern, span } of /\p{Script=Hebrew}/u.test(rest) ? [...HEBREW, ...LATIN] : LATIN) {
    // What one pattern has understood is not read again by a less exact one.
    rest = rest.replace(pattern, (whole: string, ...groups: readonly (string | number | undefined)[]) => {
      const texts = groups.slice(
        0,
        groups.findIndex(each => typeof each === 'number'),
      )
      const found = span(
        texts.map(each => (typeof each === 'string' ? each.toLowerCase() : undefined)),
        day,
      )
      if (found === undefined || !Number.isFinite(found.from)) return whole
      spans.push(found)
      return ' · '
    })
  }
  const [first, second] = spans
  if (first === undefined || second === undefined || spans.length > 2 || !BETWEEN.test(searched)) return spans
  // “Between 3 and 9 May 2023”: the year belongs to both.
  const years = new Set(searched.match(/(?<!\d)(?:19|20)\d\d(?!\d)/g))
  const [year] = years
  const both = years.size === 1 ? [first, second].map(each => inYear(each, Number(year))) : [first, second]
  return [{ from: Math.min(...both.map(each => each.from)), to: Math.max(...both.map(each => each.to)) }]
}
