/** Reads date expressions in any language that DeniDin knows. */
import { once } from '../../platform/once.ts'
import { inYear, NO_DATE, type DateOrder, stretch, type DatePattern, type DateSpan, type Tense } from './date-span.ts'
import { ENGLISH_DATES } from './dates-in-english.ts'
import { ContainedWords, type PatternNeeds } from './contained-words.ts'
import { ENGLISH_NEED, FIGURES_NEED, HEBREW_NEED, HOLIDAYS_NEED } from './date-needs.ts'
import { DATES_IN_FIGURES } from './dates-in-figures.ts'
import { HEBREW_DATES } from './dates-in-hebrew.ts'
import { HOLIDAY_DATES } from './holidays.ts'
import { tenseAt } from './tense.ts'

interface CompiledPattern {
  readonly pattern: RegExp
  readonly needs: PatternNeeds
  readonly span: DatePattern[1]
}

const compile = (patterns: readonly DatePattern[], needs: readonly PatternNeeds[]): readonly CompiledPattern[] =>
  patterns.map(([pattern, span], at) => ({ pattern: new RegExp(pattern, 'giu'), needs: needs[at], span }))

const anyDates = once(() => [...compile(DATES_IN_FIGURES, FIGURES_NEED), ...compile(HOLIDAY_DATES, HOLIDAYS_NEED)])
const latinDates = once(() => [...anyDates(), ...compile(ENGLISH_DATES, ENGLISH_NEED)])
const hebrewDates = once(() => [...anyDates(), ...compile(HEBREW_DATES, HEBREW_NEED)])

/** Most characters of a text that are searched: a message of several pages is about more than one date. */
const MOST_CHARACTERS = 4000
/** “Between … and …”: one range. */
const BETWEEN =
  /\bbetween\b|\bfrom\b.{1,80}\b(?:to|until|till)\b|(?<!\p{L})בין(?!\p{L})|(?<!\p{L})מ\S{1,30} .{0,80}(?<!\p{L})עד(?!\p{L})/iu

/** “Moved from Tuesday to Thursday”: two days, and none between them. */
const MOVED_FROM =
  /\b(?:moved|postponed|rescheduled|pushed|changed|shifted|switched|delayed)\b.{1,60}\bfrom\b|(?:נדח|דח|הוזז|הזיז|הזז|הועבר|העביר|הוקדם|הקדימו|שינ)\p{L}{0,3} .{1,60}(?<!\p{L})מ/iu

/**
 * The days that a text mentions: explicit dates and relative ones, English and Hebrew. A weekday or a day without a
 * year is in the future, unless the clause speaks of the past. Expressions that are not understood are left out.
 * @param day the calendar day on which it was said, in days since 1 January 1970
 */
export const datesIn = (text: string, day: number, order: DateOrder = 'day-first'): readonly DateSpan[] => {
  const searched = text.slice(0, MOST_CHARACTERS)
  const spans = readDates(text, day, order).map(({ from, to }): DateSpan => ({ from, to }))
  const [first, second] = spans
  if (first === undefined || second === undefined || spans.length > 2) return spans
  if (!BETWEEN.test(searched) || MOVED_FROM.test(searched)) return spans
  // “Between 3 May and 9 May 2023”: the year belongs to both dates.
  const years = new Set(searched.match(/(?<!\d)(?:19|20)\d\d(?!\d)/g))
  const [year] = years
  const both = years.size === 1 ? [first, second].map(each => inYear(each, Number(year))) : [first, second]
  return [stretch(both[0] ?? first, both[1] ?? second)]
}

/** A date expression of a text, and the days that it means. */
export interface DateExpression extends DateSpan {
  readonly words: string
  /** The tense of the clause around it. */
  readonly tense: Tense
}

/** The date expressions of a text, in no particular order. The parameters are those of `datesIn`. */
export const readDates = (text: string, day: number, order: DateOrder = 'day-first'): readonly DateExpression[] => {
  let rest = text.slice(0, MOST_CHARACTERS)
  const found: DateExpression[] = []
  const contained = new ContainedWords(rest)
  for (const { pattern, needs, span } of /\p{Script=Hebrew}/u.test(rest)
    ? [...hebrewDates(), ...latinDates()]
    : latinDates()) {
    if (!contained.mayMatch(needs)) continue
    const before = rest
    // An expression that one pattern has understood is not read again by a less exact one.
    rest = before.replace(pattern, (words: string, ...groups: readonly (string | number | undefined)[]) => {
      const last = groups.findIndex(each => typeof each === 'number')
      const texts = groups.slice(0, last).map(each => (typeof each === 'string' ? each.toLowerCase() : undefined))
      const start = Number(groups[last])
      const tense = tenseAt(before, start, start + words.length)
      const meant = span(texts, { day, tense, order })
      if (meant === NO_DATE) return ' · '
      if (meant === undefined || !Number.isFinite(meant.from)) return words
      found.push({ from: meant.from, to: meant.to, words, tense })
      return ' · '
    })
  }
  return found
}
