/** Holidays that people name instead of a date, in the calendars of several religions. */
import { DAY_MS } from '../../platform/clock.ts'
import { once } from '../../platform/once.ts'
import { NUMBER_WORDS } from '../number-words.ts'
import { dayOfDate, daysOfYear, singleDay, type DatePattern, type DateSpan } from './date-span.ts'

interface Holiday {
  /** Names in English and Hebrew, as a pattern. */
  readonly names: string
  readonly calendar: 'gregory' | 'hebrew' | 'islamic-umalqura'
  /** The calendar's English name of the month. */
  readonly month: string
  readonly date: number
  readonly days: number
}

const holiday = (names: string, calendar: Holiday['calendar'], month: string, date: number, days = 1): Holiday => ({
  names,
  calendar,
  month,
  date,
  days,
})

const HOLIDAYS: readonly Holiday[] = [
  holiday('christmas eve|ערב חג המולד', 'gregory', 'December', 24),
  holiday('(?:christmas|xmas)(?: day)?|חג המולד', 'gregory', 'December', 25),
  holiday('new years? eve|nye|סילבסטר|ערב השנה החדשה', 'gregory', 'December', 31),
  holiday('new years? day|ראש השנה ה(?:אזרחית|לועזית)', 'gregory', 'January', 1),
  holiday('valentines? day', 'gregory', 'February', 14),
  holiday('halloween', 'gregory', 'October', 31),
  holiday('rosh hashanah?|ראש השנה', 'hebrew', 'Tishri', 1, 2),
  holiday('yom kippur|(?:יום )?כיפור', 'hebrew', 'Tishri', 10),
  holiday('sukkot|סוכות', 'hebrew', 'Tishri', 15, 7),
  holiday('simchat torah|שמחת תורה', 'hebrew', 'Tishri', 22),
  holiday('c?hann?ukk?ah?|חנוכה', 'hebrew', 'Kislev', 25, 8),
  holiday('purim|פורים', 'hebrew', 'Adar', 14),
  holiday('passover|pesach|פסח', 'hebrew', 'Nisan', 15, 7),
  holiday('shavuot|חג השבועות', 'hebrew', 'Sivan', 6),
  holiday('ramadan|רמדאן', 'islamic-umalqura', 'Ramadan', 1, 29),
  holiday('eid al-?fitr|עיד אל-?פיטר', 'islamic-umalqura', 'Shawwal', 1),
]

/** Longest distance from the first of January to a date of the same year. */
const YEAR_DAYS = 366
/** Years whose holidays are cached; a text that names more years is not a conversation. */
const MOST_YEARS = 32
const known = new Map<string, number>()

/** The day on which a holiday begins in a Gregorian year. */
const beginIn = ({ calendar, month, date }: Holiday, year: number): number => {
  const key = `${calendar} ${month} ${String(date)} ${String(year)}`
  const before = known.get(key)
  if (before !== undefined) return before
  const begin = dayOfDate(year, 0, 1)
  const format = new Intl.DateTimeFormat(`en-u-ca-${calendar}`, { month: 'long', day: 'numeric', timeZone: 'UTC' })
  let found = begin
  for (let day = begin; day < begin + YEAR_DAYS; day++) {
    const parts = format.formatToParts(day * DAY_MS)
    const name = parts.find(part => part.type === 'month')?.value ?? ''
    // A leap year of the Hebrew calendar has two months of Adar; the holiday is in the second.
    if ((name === month || name === `${month} II`) && Number(parts.find(part => part.type === 'day')?.value) === date)
      found = day
  }
  if (known.size >= MOST_YEARS * HOLIDAYS.length) known.clear()
  known.set(key, found)
  return found
}

const spanIn = (each: Holiday, year: number): DateSpan => {
  const from = beginIn(each, year)
  return { from, to: from + each.days - 1 }
}

const namesOf = ({ names }: Holiday): string =>
  names.replaceAll('years?', "year['’]?s?").replaceAll('valentines?', "valentine['’]?s?")

const YEAR = '(?:,? (?:of |in )?((?:19|20)\\d\\d))?(?![\\p{L}\\p{N}])'
/** How many days, before or after a holiday: “the day before”, “two days after”. */
const DISTANCE = `(?:the |one |a )?(day|week)|(\\d{1,2}|${[...NUMBER_WORDS.keys()].join('|')}) (?:days|ימים)|(יום|יומיים|שבוע)`
const DISTANCES: ReadonlyMap<string, number> = new Map([
  ['day', 1],
  ['week', 7],
  ['יום', 1],
  ['יומיים', 2],
  ['שבוע', 7],
])

/** The names of the new year without a word for its day count only here. */
const NEW_YEAR = "new year['’]?s?"
const ANY_HOLIDAY = [...HOLIDAYS.map(namesOf), NEW_YEAR].join('|')
const holidayNamed = once((): readonly (readonly [RegExp, Holiday])[] => [
  ...HOLIDAYS.map(each => [new RegExp(`^(?:${namesOf(each)})$`, 'iu'), each] as const),
  [new RegExp(`^${NEW_YEAR}$`, 'iu'), holiday('', 'gregory', 'January', 1)],
])

/** “Two days after Christmas”: the days are counted before the year is chosen. */
const AROUND_HOLIDAY: DatePattern = [
  `(?<![\\p{L}\\p{N}])(?:${DISTANCE}) (before|after|לפני|אחרי) (?:the )?(${ANY_HOLIDAY})${YEAR}`,
  ([unit, count, dual, direction = '', name = '', year], said) => {
    const named = holidayNamed().find(([pattern]) => pattern.test(name))?.[1]
    if (named === undefined) return undefined
    const days = DISTANCES.get(unit ?? dual ?? '') ?? NUMBER_WORDS.get(count ?? '') ?? Number(count)
    return daysOfYear(year, said, in_year => {
      const { from, to } = spanIn(named, in_year)
      return singleDay(/^(?:before|לפני)$/.test(direction) ? from - days : to + days)
    })
  },
]

export const HOLIDAY_DATES: readonly DatePattern[] = [
  AROUND_HOLIDAY,
  ...HOLIDAYS.map((each): DatePattern => [
    `(?<![\\p{L}\\p{N}])(?:ב|ל|מ|עד )?(ערב |(?:the )?eve of )?(?:${namesOf(each)})( eve(?![\\p{L}]))?${YEAR}`,
    ([before, after, year], said) =>
      daysOfYear(year, said, in_year => {
        const span = spanIn(each, in_year)
        return (before ?? after) === undefined ? span : singleDay(span.from - 1)
      }),
  ]),
]
