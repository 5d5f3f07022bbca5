/** Holidays that people name instead of a date, in the calendars of several religions. */
import { DAY_MS } from '../../platform/clock.ts'
import { dayOfDate, daysOfYear, type DatePattern, type DateSpan } from './date-span.ts'

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
  holiday('new years? eve|סילבסטר', 'gregory', 'December', 31),
  holiday('new years? day', 'gregory', 'January', 1),
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

export const HOLIDAY_DATES: readonly DatePattern[] = HOLIDAYS.map(each => [
  `(?<![\\p{L}\\p{N}])(?:ב|ל|מ|עד )?(?:${each.names.replaceAll('years?', "year['’]?s?").replaceAll('valentines?', "valentine['’]?s?")})(?:,? (?:of |in )?((?:19|20)\\d\\d))?(?![\\p{L}\\p{N}])`,
  ([year], said) => daysOfYear(year, said, in_year => spanIn(each, in_year)),
])
