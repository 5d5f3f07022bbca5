/** Reads date expressions in English: "last Tuesday", "3 May 2026", "two weeks ago". */
import { NUMBER_WORDS } from '../number-words.ts'
import {
  dayOfDate,
  monthFrom,
  nearestWeekday,
  partOfMonth,
  singleDay,
  spanOfYear,
  unitsFrom,
  weekendOf,
  weekOf,
  wholeMonth,
  wholeSeason,
  wholeYear,
  yearOf,
  type DatePattern,
  type DateSpan,
  type Season,
  type Unit,
} from './date-span.ts'

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
/** From one to twelve: of longer times people say another unit. */
const NUMBERS = [...NUMBER_WORDS].filter(([word, number]) => /^[a-z]/.test(word) && number >= 1 && number <= 12)
const ORDINALS = 'first second third fourth'.split(' ')
const DIRECTIONS: Readonly<Record<string, number>> = { last: -1, past: -1, previous: -1, this: 0, next: 1, coming: 1 }

/** Full name or the usual three or four letters; `may` and `march` only as written names, because they are words too. */
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = '((?:19|20)\\d\\d)'
const WEEKDAY = '(sunday|monday|tuesday|wednesday|thursday|friday|saturday)'
const SEASON = '(spring|summer|autumn|fall|winter)'
const COUNT = `(\\d{1,3}|an?|${NUMBERS.map(([word]) => word).join('|')}|(?:a )?couple(?: of)?|(?:a )?few|several)`

const monthNumber = (name: string): number => MONTHS.findIndex(each => each.startsWith(name.slice(0, 3)))
const season = (name: string): Season => (name === 'fall' ? 'autumn' : (name as Season))

const countOf = (text: string): number => {
  if (/^\d/.test(text)) return Number(text)
  if (text.includes('couple')) return 2
  if (text.includes('few') || text === 'several') return 3
  return NUMBER_WORDS.get(text) ?? 1
}

const monthSpan = (month: string, year: string | undefined, day: number): DateSpan =>
  spanOfYear(year, day, each => wholeMonth(each, monthNumber(month)))

const dateSpan = (date: string, month: string, year: string | undefined, day: number): DateSpan =>
  spanOfYear(year, day, each => singleDay(dayOfDate(each, monthNumber(month), Number(date))))

const seasonSpan = (name: string, year: string | undefined, day: number): DateSpan =>
  spanOfYear(year, day, each => wholeSeason(each, season(name)))

const movedSpan = (direction: number, name: string, day: number): DateSpan | undefined => {
  const weekday = WEEKDAYS.indexOf(name)
  if (weekday >= 0) return singleDay(nearestWeekday(direction === 0 ? day - 1 : day, weekday, direction < 0 ? -1 : 1))
  if (name === 'week') return weekOf(day, direction)
  if (name === 'weekend') return weekendOf(day, direction)
  if (name === 'month') return monthFrom(day, direction)
  if (name === 'year') return wholeYear(yearOf(day) + direction)
  if (name === 'night') return direction < 0 ? singleDay(day - 1) : undefined
  if (['morning', 'afternoon', 'evening'].includes(name)) return singleDay(day + direction)
  const nearest = seasonSpan(name, undefined, day)
  if (direction < 0 && nearest.to >= day) return wholeSeason(yearOf(nearest.from) - 1, season(name))
  if (direction > 0 && nearest.from <= day) return wholeSeason(yearOf(nearest.from) + 1, season(name))
  return nearest
}

/** How dates are written and said in English, the more exact first. */
export const ENGLISH_DATES: readonly DatePattern[] = [
  [
    `\\b${DAY}(?: of)? ${MONTH}(?:,? ${YEAR})?\\b`,
    ([date = '', month = '', year], day) => dateSpan(date, month, year, day),
  ],
  [
    `\\b${MONTH} (?:the )?${DAY}(?:,? ${YEAR})?\\b(?! ?(?:am|pm|:))`,
    ([month = '', date = '', year], day) => dateSpan(date, month, year, day),
  ],
  [
    `\\b(first|second|third|fourth|last) week(?:end)? (?:of|in) ${MONTH}(?:,? ${YEAR})?\\b`,
    ([which = '', month = '', year], day) => {
      const { from, to } = monthSpan(month, year, day)
      const begin = which === 'last' ? to - 6 : from + 7 * ORDINALS.indexOf(which)
      return { from: begin, to: begin + 6 }
    },
  ],
  [
    `\\b(early|(?:the )?(?:beginning|start) of|mid|(?:the )?middle of|late|(?:the )?end of)[ -]${MONTH}(?:,? ${YEAR})?\\b`,
    ([part = '', month = '', year], day) =>
      partOfMonth(
        monthSpan(month, year, day),
        /early|begin|start/.test(part) ? 'early' : part.includes('mid') ? 'middle' : 'late',
      ),
  ],
  [`\\b${MONTH},? ${YEAR}\\b`, ([month = '', year], day) => monthSpan(month, year, day)],
  [`\\b${SEASON},?(?: of| in)? ${YEAR}\\b`, ([name = '', year], day) => seasonSpan(name, year, day)],
  // `may` and `march` are also other words: without a date or a year they need a word before them.
  [
    `\\b(?:in|of|since|until|during|by|last|this|next|from|around|to) ${MONTH}\\b`,
    ([month = ''], day) => monthSpan(month, undefined, day),
  ],
  [
    '\\b(january|february|april|june|july|august|september|october|november|december)\\b',
    ([month = ''], day) => monthSpan(month, undefined, day),
  ],
  [`\\b(?:in|since|during|of|from|year|until|around|by) ${YEAR}\\b`, ([year]) => wholeYear(Number(year))],
  ['\\b(?:the )?day before yesterday\\b', (_, day) => singleDay(day - 2)],
  ['\\b(?:the )?day after tomorrow\\b', (_, day) => singleDay(day + 2)],
  ['\\byesterday\\b', (_, day) => singleDay(day - 1)],
  ['\\b(?:today|tonight|just now|earlier today)\\b', (_, day) => singleDay(day)],
  ['\\b(?:tomorrow|tmrw)\\b', (_, day) => singleDay(day + 1)],
  [
    `\\b${COUNT} (day|week|month|year)s? (?:ago|back|earlier)\\b`,
    ([count = '', unit = ''], day) => unitsFrom(day, -countOf(count), unit as Unit),
  ],
  [`\\b${COUNT} weekends? ago\\b`, ([count = ''], day) => weekendOf(day, -countOf(count))],
  [
    `\\bin (?:another |about )?${COUNT} (day|week|month|year)s?\\b(?! of)`,
    ([count = '', unit = ''], day) => unitsFrom(day, countOf(count), unit as Unit),
  ],
  [
    `\\b(last|past|previous|this|next|coming) (week|weekend|month|year|night|morning|afternoon|evening|${WEEKDAY.slice(1, -1)}|${SEASON.slice(1, -1)})\\b`,
    ([direction = '', name = ''], day) => movedSpan(DIRECTIONS[direction] ?? 0, name, day),
  ],
  [`\\b(?:the )?other day\\b`, (_, day) => ({ from: day - 5, to: day - 1 })],
  [`\\bon ${WEEKDAY}\\b`, ([name = ''], day) => singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), -1))],
  [
    '\\bon the (\\d{1,2})(?:st|nd|rd|th)\\b',
    ([date = ''], day) => {
      const from = monthFrom(day, 0).from + Number(date) - 1
      return singleDay(from > day + 15 ? monthFrom(day, -1).from + Number(date) - 1 : from)
    },
  ],
]
