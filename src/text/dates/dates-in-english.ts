/** Reads date expressions in English: "last Tuesday", "3 May 2026", "a week from Friday". */
import { NUMBER_WORDS } from '../number-words.ts'
import {
  dateOfMonth,
  dayOfMonthMeant,
  dayOfYear,
  daysUntil,
  exactUnitsFrom,
  monthFrom,
  nearestWeekday,
  NO_DATE,
  partOfMonth,
  partOfYear,
  realDay,
  singleDay,
  spanOfYear,
  unitsFrom,
  weekdayAndDate,
  weekdayMeant,
  weekendOf,
  weekOf,
  wholeMonth,
  wholeSeason,
  wholeYear,
  yearOf,
  type DatePattern,
  type DateSpan,
  type SaidOn,
  type Season,
  type Unit,
} from './date-span.ts'
import { yearInFigures } from './dates-in-figures.ts'

/** Names of the months, starting with January, and of the weekdays, starting with Sunday. */
export const MONTHS = 'january february march april may june july august september october november december'.split(' ')
export const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
/** From one to twelve: for longer times people use another unit. */
const NUMBERS = [...NUMBER_WORDS].filter(([word, number]) => /^[a-z]/.test(word) && number >= 1 && number <= 12)
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first'.split(
    ' ',
  )
const DIRECTIONS: Readonly<Record<string, number>> = { last: -1, past: -1, previous: -1, this: 0, next: 1, coming: 1 }
const PARTS: Readonly<Record<string, 'early' | 'middle' | 'late'>> = {
  beginning: 'early',
  start: 'early',
  middle: 'middle',
  end: 'late',
}

/**
 * The full name or the usual three or four letters; `may` and `march` only as whole names, because they are words too.
 */
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const DAY = `(\\d{1,2}(?:st|nd|rd|th)?|${[...ORDINALS].reverse().join('|')})`
const FIGURES = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = "((?:19|20)\\d\\d|['’]\\d\\d)"
const WEEKDAY = `(${WEEKDAYS.join('|')})`
/** A weekday before a date adds nothing. */
const ALSO_WEEKDAY = '(?:(?:on )?(?:sun|mon|tues?|weds?|wednes|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?\\.?,? (?:the )?)?'
const SHORT_WEEKDAY = '(sun|mon|tues?|weds?|thu(?:rs?)?|fri|sat)'
const SEASON = '(spring|summer|autumn|fall|winter)'
const COUNT = `(\\d{1,3}|an?|half an?|${NUMBERS.map(([word]) => word).join('|')}|(?:a )?couple(?: of)?|(?:a )?few|several)`
const UNIT = '(day|week|fortnight|month|year)'

const monthNumber = (name: string): number => MONTHS.findIndex(each => each.startsWith(name.slice(0, 3)))
const weekdayNumber = (name: string): number => WEEKDAYS.findIndex(each => each.startsWith(name.slice(0, 3)))
const season = (name: string): Season => (name === 'fall' ? 'autumn' : (name as Season))
const dateNumber = (text: string): number => (/^\d/.test(text) ? Number.parseInt(text) : ORDINALS.indexOf(text) + 1)
const yearNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : yearInFigures(text.replace(/\D/g, ''))

const countOf = (text: string): number => {
  if (/^\d/.test(text)) return Number(text)
  if (text.startsWith('half')) return 0.5
  if (text.includes('couple')) return 2
  if (text.includes('few') || text === 'several') return 3
  return NUMBER_WORDS.get(text) ?? 1
}

const monthSpan = (month: string, year: string | undefined, said: SaidOn): DateSpan =>
  spanOfYear(yearNumber(year), said, each => wholeMonth(each, monthNumber(month)))

const dateSpan = (date: string, month: string, year: string | undefined, said: SaidOn): DateSpan | typeof NO_DATE =>
  dayOfYear(yearNumber(year), said, each => realDay(each, monthNumber(month), dateNumber(date)))

const dateRange = (from: string, to: string, month: string, year: string | undefined, said: SaidOn) =>
  daysUntil(dateSpan(to, month, year, said), in_year => dateSpan(from, month, in_year, said))

const seasonSpan = (name: string, year: string | undefined, said: SaidOn): DateSpan =>
  spanOfYear(yearNumber(year), said, each => wholeSeason(each, season(name)))

const movedSeason = (direction: number, name: string, day: number): DateSpan => {
  const nearest = seasonSpan(name, undefined, { day, tense: undefined, order: 'day-first' })
  if (direction < 0 && nearest.to >= day) return wholeSeason(yearOf(nearest.from) - 1, season(name))
  if (direction > 0 && nearest.from <= day) return wholeSeason(yearOf(nearest.from) + 1, season(name))
  return nearest
}

const movedSpan = (direction: number, name: string, day: number): DateSpan | undefined => {
  const weekday = WEEKDAYS.indexOf(name)
  if (weekday >= 0) return singleDay(nearestWeekday(direction === 0 ? day - 1 : day, weekday, direction < 0 ? -1 : 1))
  if (name === 'week') return weekOf(day, direction)
  if (name === 'weekend') return weekendOf(day, direction)
  if (name === 'month') return monthFrom(day, direction)
  if (name === 'year') return wholeYear(yearOf(day) + direction)
  if (name === 'night') return singleDay(direction < 0 ? day - 1 : day)
  if (['morning', 'afternoon', 'evening'].includes(name)) return singleDay(day + direction)
  return movedSeason(direction, name, day)
}

/** The day from which “a week from …” and “two days after …” count. */
const ANCHOR = `(now|today|tomorrow|yesterday|(?:next |last |this )?${WEEKDAYS.join('|')})`
const anchorDay = (anchor: string, said: SaidOn): number => {
  const { day } = said
  if (anchor === 'tomorrow') return day + 1
  if (anchor === 'yesterday') return day - 1
  const [direction, name] = anchor.includes(' ') ? anchor.split(' ') : [undefined, anchor]
  const weekday = WEEKDAYS.indexOf(name)
  if (weekday < 0) return day
  return direction === 'last' ? nearestWeekday(day, weekday, -1) : weekdayMeant(said, weekday).from
}

const moved = (count: string, unit: string, direction: number, from: number): DateSpan =>
  unit === 'fortnight'
    ? unitsFrom(from, direction * 2 * countOf(count), 'week')
    : unitsFrom(from, direction * countOf(count), unit as Unit)

const movedExactly = (count: string, unit: string, direction: number, from: number): DateSpan =>
  unit === 'fortnight'
    ? exactUnitsFrom(from, direction * 2 * countOf(count), 'week')
    : exactUnitsFrom(from, direction * countOf(count), unit as Unit)

/** A number of units from a certain day is a certain day. */
const exactly = ({ from, to }: DateSpan): DateSpan => singleDay((from + to) / 2)

const weekdayOfWeek = (weeks: number, name: string, day: number): DateSpan => {
  const { from } = weekOf(day, weeks)
  return singleDay(nearestWeekday(from - 1, WEEKDAYS.indexOf(name), 1))
}

/** The second Tuesday of a month. */
const weekdayOfMonth = ({ from, to }: DateSpan, which: string, name: string): DateSpan => {
  const weekday = WEEKDAYS.indexOf(name)
  const last = nearestWeekday(to + 1, weekday, -1)
  if (which === 'last') return singleDay(last)
  if (which.startsWith('last') || which === 'penultimate') return singleDay(last - 7)
  return singleDay(nearestWeekday(from - 1, weekday, 1) + 7 * ORDINALS.indexOf(which))
}

const partOf = (part: string, which: string, name: string, day: number): DateSpan | undefined => {
  const whole = movedSpan(DIRECTIONS[which] ?? 0, name, day)
  const side = PARTS[part] ?? 'early'
  if (whole === undefined) return undefined
  if (name === 'year') return partOfYear(whole, side)
  if (name === 'month') return partOfMonth(whole, side)
  const { from, to } = whole
  return side === 'early'
    ? { from, to: from + 1 }
    : side === 'middle'
      ? { from: from + 2, to: from + 3 }
      : { from: to - 2, to }
}

/** Dates with a month, most exact first. */
const MONTH_DATES: readonly DatePattern[] = [
  [
    `\\b(?:between |from )?(?:the )?${FIGURES}(?: ?[-–] ?| (?:to|and|until|till|through) (?:the )?)${FIGURES}(?: of)? ${MONTH}(?:,? ${YEAR})?(?![\\p{L}\\d])`,
    ([from = '', to = '', month = '', year], said) => dateRange(from, to, month, year, said),
  ],
  [
    `\\b${MONTH} (?:the )?${FIGURES} ?[-–] ?${FIGURES}(?:,? ${YEAR})?(?![\\p{L}\\d:])`,
    ([month = '', from = '', to = '', year], said) => dateRange(from, to, month, year, said),
  ],
  [
    `\\b${ALSO_WEEKDAY}${DAY}(?: of)? ${MONTH}(?:,? ${YEAR})?(?![\\p{L}\\d])`,
    ([date = '', month = '', year], said) => dateSpan(date, month, year, said),
  ],
  [
    `\\b${ALSO_WEEKDAY}${MONTH} (?:the )?${DAY}(?:,? ${YEAR})?(?![\\p{L}\\d:]| ?(?:am|pm)\\b)`,
    ([month = '', date = '', year], said) => dateSpan(date, month, year, said),
  ],
  [
    `\\b(first|second|third|fourth|last) week(?:end)? (?:of|in) ${MONTH}(?:,? ${YEAR})?\\b`,
    ([which = '', month = '', year], said) => {
      const { from, to } = monthSpan(month, year, said)
      const begin = which === 'last' ? to - 6 : from + 7 * ORDINALS.indexOf(which)
      return { from: begin, to: begin + 6 }
    },
  ],
  [
    `\\b(early|(?:the )?(?:beginning|start) of|mid|(?:the )?middle of|late|(?:the )?end of)[ -]${MONTH}(?:,? ${YEAR})?\\b`,
    ([part = '', month = '', year], said) =>
      partOfMonth(
        monthSpan(month, year, said),
        /early|begin|start/.test(part) ? 'early' : part.includes('mid') ? 'middle' : 'late',
      ),
  ],
  [
    `\\b(first|second|third|fourth|last|penultimate) ${WEEKDAY}( but one)? (?:of|in) (?:${MONTH}(?:,? ${YEAR})?|(this|the|next|last) month)(?![\\p{L}\\d])`,
    ([which = '', name = '', but_one = '', month, year, direction], said) =>
      weekdayOfMonth(
        month === undefined ? monthFrom(said.day, DIRECTIONS[direction ?? ''] ?? 0) : monthSpan(month, year, said),
        which + but_one,
        name,
      ),
  ],
  [`\\b${MONTH},? ${YEAR}(?!\\d)`, ([month = '', year], said) => monthSpan(month, year, said)],
  [`\\b${SEASON},?(?: of| in)? ${YEAR}(?!\\d)`, ([name = '', year], said) => seasonSpan(name, year, said)],
  // `may` and `march` are also other words: without a date or a year they need a word before them.
  [
    `\\b(?:in|of|since|until|during|by|last|this|next|from|around|to) ${MONTH}\\b`,
    ([month = ''], said) => monthSpan(month, undefined, said),
  ],
  [
    '\\b(january|february|april|june|july|august|september|october|november|december)\\b',
    ([month = ''], said) => monthSpan(month, undefined, said),
  ],
  ['\\b(?:in|since|during|of|from|year|until|around|by) ((?:19|20)\\d\\d)\\b', ([year]) => wholeYear(Number(year))],
]

/** Days, weeks, months and years counted from the day of the message. */
const COUNTED: readonly DatePattern[] = [
  ['\\b(?:the )?day before yesterday\\b', (_, { day }) => singleDay(day - 2)],
  ['\\b(?:the )?day after tomorrow\\b', (_, { day }) => singleDay(day + 2)],
  // “A month ago to the day”, “it is a month to the day”, “exactly a month ago”.
  [
    `\\b(in )?${COUNT} ${UNIT}s?(?: (ago|back|earlier|from now|from today))? to the day\\b`,
    ([ahead, count = '', unit = '', way = ''], { day }) =>
      movedExactly(count, unit, ahead !== undefined || way.startsWith('from') ? 1 : -1, day),
  ],
  [
    `\\b(?:in exactly ${COUNT} ${UNIT}|exactly ${COUNT} ${UNIT}s? (ago|from now|from today))(?!\\p{L}{2})`,
    ([count, unit, count_too = '', unit_too = '', way], { day }) =>
      movedExactly(count ?? count_too, unit ?? unit_too, way === 'ago' ? -1 : 1, day),
  ],
  [
    `\\b${COUNT} ${UNIT}s? ago (today|yesterday|tomorrow|(?:last |this )?${WEEKDAYS.join('|')})\\b`,
    ([count = '', unit = '', anchor = ''], said) => exactly(moved(count, unit, -1, anchorDay(anchor, said))),
  ],
  [
    `\\b${COUNT} ${UNIT}s? (?:from|after) ${ANCHOR}\\b`,
    ([count = '', unit = '', anchor = ''], said) => exactly(moved(count, unit, 1, anchorDay(anchor, said))),
  ],
  [
    `\\b${COUNT} ${UNIT}s? before ${ANCHOR}\\b`,
    ([count = '', unit = '', anchor = ''], said) => exactly(moved(count, unit, -1, anchorDay(anchor, said))),
  ],
  // “Sunday week” and “a week on Sunday”: a week after the next Sunday; “Sunday fortnight”: two weeks.
  [
    `\\b(?:(?:the )?${WEEKDAY} after next|(?:on )?${WEEKDAY} (?:week|(fortnight)))(?! (?:ago|of))(?![\\p{L}-])`,
    ([after, weekday, fortnight], { day }) =>
      singleDay(nearestWeekday(day, WEEKDAYS.indexOf(after ?? weekday ?? ''), 1) + (fortnight === undefined ? 7 : 14)),
  ],
  [
    `\\b${COUNT} weeks? (?:on|this) ${WEEKDAY}\\b`,
    ([count = '', name = ''], { day }) =>
      singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), 1) + 7 * Math.round(countOf(count))),
  ],
  // “Tomorrow week” and “a fortnight tomorrow”.
  [
    '\\b(?:(today|tomorrow) (week|fortnight)|an? (week|fortnight) (today|tomorrow))\\b(?! (?:ago|of))',
    ([first, then, before, anchor], said) =>
      exactly(moved('a', then ?? before ?? '', 1, anchorDay(first ?? anchor ?? '', said))),
  ],
  [
    `\\b${COUNT} ${WEEKDAY}s ago\\b`,
    ([count = '', name = ''], { day }) =>
      singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), -1) - 7 * (Math.ceil(countOf(count)) - 1)),
  ],
  ['\\byesterday\\b', (_, { day }) => singleDay(day - 1)],
  ['\\b(?:today|tonight|tonite|2nite|just now|earlier today)\\b', (_, { day }) => singleDay(day)],
  [
    '\\b(?:tomorrow|tmrw|tmr|tmw|tomoz|2moro|2morrow|tomorow|tommorow|tommorrow)\\b',
    (_, { day }) => singleDay(day + 1),
  ],
  [
    `\\b${COUNT} ${UNIT}s? and a half (?:ago|back|earlier)\\b`,
    ([count = '', unit = ''], { day }) => unitsFrom(day, -countOf(count) - 0.5, unit as Unit),
  ],
  [`\\b(?:a|one) ${UNIT} and a half ago\\b`, ([unit = ''], { day }) => unitsFrom(day, -1.5, unit as Unit)],
  [`\\b${COUNT} ${UNIT}s? (?:ago|back|earlier)\\b`, ([count = '', unit = ''], { day }) => moved(count, unit, -1, day)],
  [`\\b${COUNT} weekends? ago\\b`, ([count = ''], { day }) => weekendOf(day, -countOf(count))],
  [
    `\\bin (?:another |about )?${COUNT} ${UNIT}s?['’]?(?: time)?\\b(?! of)`,
    ([count = '', unit = ''], { day }) => moved(count, unit, 1, day),
  ],
]

/** Weekdays, days of the month, and parts of the week, month and year around the day of the message. */
const AROUND: readonly DatePattern[] = [
  ['\\b(?:the week after next|next week but one)\\b', (_, { day }) => weekOf(day, 2)],
  ['\\b(?:the weekend after next|next weekend but one)\\b', (_, { day }) => weekendOf(day, 2)],
  ['\\b(?:the weekend before last|last weekend but one)\\b', (_, { day }) => weekendOf(day, -2)],
  ['\\b(?:the week before last|last week but one)\\b', (_, { day }) => weekOf(day, -2)],
  [
    `\\b(?:(?:the )?(last|next) ${WEEKDAY} but one|(?:the )?${WEEKDAY} before last)(?![\\p{L}-])`,
    ([which, name, before = ''], { day }) => {
      const way = which === 'next' ? 1 : -1
      return singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name ?? before), way) + 7 * way)
    },
  ],
  [
    `\\b(beginning|start|middle|end) of (?:(last|this|next|the) )?(week|month|year)\\b`,
    ([part = '', which = 'this', name = ''], { day }) => partOf(part, which, name, day),
  ],
  [
    `\\b${DAY} of (last|this|next|the) month\\b`,
    ([date = '', which = ''], { day }) => dateOfMonth(monthFrom(day, DIRECTIONS[which] ?? 0), dateNumber(date)),
  ],
  [
    `\\b(?:on )?${WEEKDAY},? (?:of )?(last|this|next) week\\b`,
    ([name = '', which = ''], { day }) => weekdayOfWeek(DIRECTIONS[which] ?? 0, name, day),
  ],
  [
    `\\b(last|this|next) week,? (?:on )?${WEEKDAY}\\b`,
    ([which = '', name = ''], { day }) => weekdayOfWeek(DIRECTIONS[which] ?? 0, name, day),
  ],
  [
    '\\b(?:on |over |at )?the weekend\\b(?! (?:of|in))',
    (_, { day, tense }) => weekendOf(day, tense === 'past' && weekendOf(day, 0).from > day ? -1 : 0),
  ],
  // A repeated event is not on a certain day.
  [`\\b(?:every|each) (?:other )?(?:${WEEKDAYS.join('|')}|week|weekend|month|year|day)\\b`, () => NO_DATE],
  [`\\b(?:on )?${WEEKDAY}s\\b`, () => NO_DATE],
  [
    `\\b(?:(?:on|next|this|last|coming) )*${WEEKDAY},? the ${FIGURES}(?!\\d)`,
    ([name = '', date = ''], said) => weekdayAndDate(said, WEEKDAYS.indexOf(name), Number(date)),
  ],
  [
    `\\b(?:this )?(last|past|previous|this|next|coming) (week|weekend|month|year|night|morning|afternoon|evening|${WEEKDAYS.join('|')}|${SEASON.slice(1, -1)})\\b`,
    ([direction = '', name = ''], { day }) => movedSpan(DIRECTIONS[direction] ?? 0, name, day),
  ],
  [`\\b(?:the )?other day\\b`, (_, { day }) => ({ from: day - 5, to: day - 1 })],
  [`\\b${WEEKDAY}\\b`, ([name = ''], said) => weekdayMeant(said, WEEKDAYS.indexOf(name))],
  [
    `\\b(?:(?:on|next|last|this|by|until|till|since|see you|meet|how about|what about) ${SHORT_WEEKDAY}|${SHORT_WEEKDAY}(?=,? (?:morning|afternoon|evening|night|noon|at \\d|\\d{1,2}(?::\\d\\d)? ?(?:am|pm)?\\b)))(?![\\p{L}\\d])`,
    ([first, second], said) => weekdayMeant(said, weekdayNumber(first ?? second ?? '')),
  ],
  [
    '\\b(?:on (?:the )?|(?:morning|afternoon|evening|night) of the )(\\d{1,2})(?:st|nd|rd|th)\\b(?! (?:floor|street|avenue|of|row|page|place))',
    ([date = ''], said) => dayOfMonthMeant(said, Number(date)),
  ],
  // After other words, only where nothing follows that could be counted: not “the 3rd time”.
  [
    '\\b(?:by|until|till|til|before|after|from|since|is|are|to|for|due) (?:the )?(\\d{1,2})(?:st|nd|rd|th)\\b(?=\\s*(?:$|[,.!?;:)]|(?:at|and|or|to|until|till|we|i|he|she|they|you|if|because)\\b))',
    ([date = ''], said) => dayOfMonthMeant(said, Number(date)),
  ],
  ['^(?:the )?(\\d{1,2})(?:st|nd|rd|th)[.!]?$', ([date = ''], said) => dayOfMonthMeant(said, Number(date))],
]

/** Date expressions in English, most exact first. */
export const ENGLISH_DATES: readonly DatePattern[] = [...MONTH_DATES, ...COUNTED, ...AROUND]
