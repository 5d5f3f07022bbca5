/** Reads date expressions in Hebrew. */
import { NUMBER_WORDS } from '../number-words.ts'
import {
  dayOfDate,
  monthFrom,
  nearestWeekday,
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

const MONTHS = 'ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר'.split(' ')
const WEEKDAYS = 'ראשון שני שלישי רביעי חמישי שישי שבת'.split(' ')
const SEASONS: Readonly<Record<string, Season>> = { אביב: 'spring', קיץ: 'summer', סתיו: 'autumn', חורף: 'winter' }
/** Words for a number of units, some of them in the dual form that needs no number. */
const DUALS: Readonly<Record<string, readonly [number, Unit]>> = {
  יומיים: [2, 'day'],
  שבועיים: [2, 'week'],
  חודשיים: [2, 'month'],
  שנתיים: [2, 'year'],
  שבוע: [1, 'week'],
  חודש: [1, 'month'],
  שנה: [1, 'year'],
  יום: [1, 'day'],
}
const UNITS: Readonly<Record<string, Unit>> = { ימים: 'day', שבועות: 'week', חודשים: 'month', שנים: 'year' }
/** From three to ten, and vague amounts; two of a unit has a form of its own. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...[...NUMBER_WORDS].filter(([word, number]) => /^[א-ת]/.test(word) && number >= 3 && number <= 10),
  ['כמה', 3] as const,
  ['מספר', 3] as const,
])

/** A word boundary for letters outside ASCII, and the letters that join a word: in, of, from, to, that, and. */
const BEGIN = '(?<![\\p{L}\\p{N}])'
const END = '(?![\\p{L}\\p{N}])'
const JOINED = '[והבלמשכ]{0,3}-?'
const MONTH = `(${MONTHS.join('|')})`
const WEEKDAY = `(${WEEKDAYS.join('|')})`
const YEAR = '((?:19|20)\\d\\d)'

const monthSpan = (month: string, year: string | undefined, day: number): DateSpan =>
  spanOfYear(year, day, each => wholeMonth(each, MONTHS.indexOf(month)))

const seasonSpan = (name: string, year: string | number | undefined, day: number): DateSpan =>
  spanOfYear(year, day, each => wholeSeason(each, SEASONS[name] ?? 'summer'))

const moved = (name: string, direction: -1 | 0 | 1, day: number): DateSpan =>
  name === 'שבוע'
    ? weekOf(day, direction)
    : name === 'חודש'
      ? monthFrom(day, direction)
      : name === 'שנה'
        ? wholeYear(yearOf(day) + direction)
        : weekendOf(day, direction)

const direction = (word: string): -1 | 0 | 1 =>
  /^(שעבר|הקודמ|האחרונ)/.test(word) ? -1 : word.startsWith('הבא') ? 1 : 0

/** How dates are written and said in Hebrew, the more exact first. */
export const HEBREW_DATES: readonly DatePattern[] = [
  [
    `${BEGIN}${JOINED}(\\d{1,2}) ?(?:[בל]-?)?${MONTH}(?:,? (?:ב-?)?${YEAR})?${END}`,
    ([date = '', month = '', year], day) =>
      spanOfYear(year, day, each => singleDay(dayOfDate(each, MONTHS.indexOf(month), Number(date)))),
  ],
  [
    `${BEGIN}${JOINED}${MONTH}(?:,? (?:ב-?|של )?${YEAR})?${END}`,
    ([month = '', year], day) => monthSpan(month, year, day),
  ],
  [`${BEGIN}(?:ב|בשנת |מאז |עד )-?${YEAR}${END}`, ([year]) => wholeYear(Number(year))],
  [`${BEGIN}שלשום${END}`, (_, day) => singleDay(day - 2)],
  [`${BEGIN}(?:אתמול|אמש)${END}`, (_, day) => singleDay(day - 1)],
  [`${BEGIN}מחרתיים${END}`, (_, day) => singleDay(day + 2)],
  [`${BEGIN}מחר${END}`, (_, day) => singleDay(day + 1)],
  [`${BEGIN}(?:היום|הבוקר|הערב|הלילה)${END}`, (_, day) => singleDay(day)],
  [
    `${BEGIN}(לפני|בעוד|עוד) (${Object.keys(DUALS).join('|')})${END}`,
    ([which = '', dual = ''], day) => {
      const [count, unit] = DUALS[dual] ?? [1, 'day']
      return unitsFrom(day, which === 'לפני' ? -count : count, unit)
    },
  ],
  [
    `${BEGIN}(לפני|בעוד|עוד) (\\d{1,3}|${[...NUMBERS.keys()].join('|')}) (${Object.keys(UNITS).join('|')})${END}`,
    ([which = '', count = '', units = ''], day) =>
      unitsFrom(day, (which === 'לפני' ? -1 : 1) * (NUMBERS.get(count) ?? Number(count)), UNITS[units] ?? 'day'),
  ],
  [
    `${BEGIN}[בלמהו]{0,2}(?:יום )?${WEEKDAY} (שעבר|הקודמת?|האחרונה?|הבאה?|הזאת|הזה)${END}`,
    ([name = '', when = ''], day) =>
      singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), direction(when) > 0 ? 1 : -1)),
  ],
  [
    `${BEGIN}[בלמהו]{0,2}(שבוע|חודש|שנה|סופ״?"?ש|סוף השבוע) (שעברה?|הקודמת?|האחרונה?|הבאה?|הזאת|הזה)${END}`,
    ([name = '', when = ''], day) => moved(name, direction(when), day),
  ],
  [`${BEGIN}השבוע${END}`, (_, day) => weekOf(day, 0)],
  [`${BEGIN}החודש${END}`, (_, day) => monthFrom(day, 0)],
  [`${BEGIN}השנה${END}`, (_, day) => wholeYear(yearOf(day))],
  [
    `${BEGIN}${JOINED}(אביב|קיץ|סתיו|חורף)(?: (שעבר|הבא|האחרון|הקודם)|(?: של)? ${YEAR})?${END}`,
    ([name = '', when, year], day) => {
      if (year !== undefined) return seasonSpan(name, year, day)
      const nearest = seasonSpan(name, undefined, day)
      if (when === 'הבא' && nearest.from <= day) return seasonSpan(name, yearOf(nearest.from) + 1, day)
      if (when !== undefined && when !== 'הבא' && nearest.to >= day)
        return seasonSpan(name, yearOf(nearest.from) - 1, day)
      return nearest
    },
  ],
  [`${BEGIN}ביום ${WEEKDAY}${END}`, ([name = ''], day) => singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), -1))],
]
