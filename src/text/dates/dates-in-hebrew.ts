/** Reads date expressions in Hebrew: "ביום שלישי", "ב-3 במאי", "בעוד שבועיים". Weeks begin on Sunday. */
import { WORD_BEGINS, WORD_ENDS } from '../lexicons/lexicon.ts'
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

/** Names of the months, starting with January, and of the weekdays, starting with Sunday. */
export const MONTHS = 'ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר'.split(' ')
export const WEEKDAYS = 'ראשון שני שלישי רביעי חמישי שישי שבת'.split(' ')
/** Weekdays by their letter: יום א׳. */
const WEEKDAY_LETTERS = 'אבגדהוש'
const SEASONS: Readonly<Record<string, Season>> = { אביב: 'spring', קיץ: 'summer', סתיו: 'autumn', חורף: 'winter' }
/** Words for a number of units, some of them in the dual form that needs no number. */
const DUALS: Readonly<Record<string, readonly [number, Unit]>> = {
  יומיים: [2, 'day'],
  שבועיים: [2, 'week'],
  חודשיים: [2, 'month'],
  שנתיים: [2, 'year'],
  'חצי שנה': [0.5, 'year'],
  'שנה וחצי': [1.5, 'year'],
  'חודש וחצי': [1.5, 'month'],
  'שבוע וחצי': [1.5, 'week'],
  שבוע: [1, 'week'],
  חודש: [1, 'month'],
  שנה: [1, 'year'],
  יום: [1, 'day'],
}
const UNITS: Readonly<Record<string, Unit>> = {
  יום: 'day',
  ימים: 'day',
  שבועות: 'week',
  חודשים: 'month',
  חודש: 'month',
  שנים: 'year',
  שנה: 'year',
}
/** From one to ten as days of the month, and from three to ten of a unit: two units have a dual form. */
const FIRST_TEN = [...NUMBER_WORDS].filter(([word, number]) => /^[א-ת]/.test(word) && number >= 1 && number <= 10)
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...FIRST_TEN.filter(([, number]) => number >= 3),
  ['כמה', 3] as const,
  ['מספר', 3] as const,
])

/** Letters that are attached to a word: in, of, from, to, that, and. */
const JOINED = '[והבלמשכ]{0,3}[-־]?'
const MONTH = `(${MONTHS.join('|')})`
const WEEKDAY = `(${WEEKDAYS.join('|')})`
const YEAR = '((?:19|20)\\d\\d)'
/** From eleven to thirty-one as days of the month: each with the numbers of which it is made. */
const HIGHER: ReadonlyMap<string, number> = new Map(
  FIRST_TEN.filter(([, number]) => number < 10).flatMap(([word, number]) => [
    [`${word} עשר`, 10 + number] as const,
    [`${word} עשרה`, 10 + number] as const,
    [`עשרים ו${word}`, 20 + number] as const,
    [`שלושים ו${word}`, 30 + number] as const,
  ]),
)
const ORDINALS = 'ראשון שני שלישי רביעי חמישי שישי שביעי שמיני תשיעי עשירי'.split(' ')
const DATE = `(\\d{1,2}|${[...HIGHER.keys(), 'שנים עשר', 'עשרים', 'שלושים', ...FIRST_TEN.map(([word]) => word)].join('|')})`
/** A weekday: with the word for day, or the sabbath, or its letter. */
const DAY = `(?:יום ${WEEKDAY}|יום ([${WEEKDAY_LETTERS}])(?:['’׳]|(?=$|[\\s,.!?;:)]))|(?:מוצאי )?(שבת|מוצ["״]ש)(?! (?:על|ליד|בבית ה)))`
const ALSO_WEEKDAY = `(?:${WORD_BEGINS}[ובלמהש]{0,2}יום (?:${WEEKDAYS.join('|')}|[${WEEKDAY_LETTERS}]['׳]),? )?`

const dateNumber = (text: string): number => {
  const ordinal = ORDINALS.indexOf(text) + 1
  if (ordinal > 0) return ordinal
  return text === 'שנים עשר' ? 12 : (HIGHER.get(text) ?? NUMBER_WORDS.get(text) ?? Number(text))
}

const weekdayOf = ([name, letter, sabbath]: readonly (string | undefined)[]): number =>
  sabbath !== undefined ? 6 : name !== undefined ? WEEKDAYS.indexOf(name) : WEEKDAY_LETTERS.indexOf(letter ?? 'א')

const monthSpan = (month: string, year: string | undefined, said: SaidOn): DateSpan =>
  spanOfYear(year, said, each => wholeMonth(each, MONTHS.indexOf(month)))

const dateSpan = (date: string, month: string, year: string | undefined, said: SaidOn): DateSpan | typeof NO_DATE =>
  dayOfYear(year, said, each => realDay(each, MONTHS.indexOf(month), dateNumber(date)))

/** Friday and Saturday of the week. */
const weekend = (day: number, weeks: number): DateSpan => {
  const { to } = weekOf(day, weeks, 0)
  return { from: to - 1, to }
}

const moved = (name: string, direction: -1 | 0 | 1, day: number): DateSpan =>
  name === 'שבוע'
    ? weekOf(day, direction, 0)
    : name === 'חודש'
      ? monthFrom(day, direction)
      : name === 'שנה'
        ? wholeYear(yearOf(day) + direction)
        : weekend(day, direction)

const direction = (word: string | undefined): -1 | 0 | 1 =>
  word === undefined ? 0 : /^(?:שעבר|ה?קודמ|ה?קודם|ה?אחרו[נן])/.test(word) ? -1 : /^ה?(?:בא|קרוב)/.test(word) ? 1 : 0

const weekdayOfWeek = (when: string | undefined, weekday: readonly (string | undefined)[], day: number): DateSpan =>
  singleDay(weekOf(day, direction(when), 0).from + weekdayOf(weekday))

const partOf = (part: string, name: string, when: string | undefined, day: number): DateSpan => {
  const side = part.startsWith('ת') ? 'early' : part.startsWith('א') ? 'middle' : 'late'
  const bare = name.replace(/^ה/, '')
  const whole = moved(bare, direction(when), day)
  return bare === 'שנה' ? partOfYear(whole, side) : partOfMonth(whole, side)
}

/** A month or season strictly before or after the day. */
const movedYear = (when: string, day: number, spanIn: (year: number) => DateSpan): DateSpan => {
  const step = direction(when)
  if (step === 0) return spanIn(yearOf(day))
  const years = [0, 1, 2].map(each => yearOf(day) + step * each)
  const span = years.map(spanIn).find(({ from, to }) => (step < 0 ? to < day : from > day))
  return span ?? spanIn(yearOf(day))
}

/** The second Tuesday of a month. */
const weekdayOfMonth = ({ from, to }: DateSpan, which: string, weekday: number): DateSpan => {
  if (which.startsWith('אחרו')) return singleDay(nearestWeekday(to + 1, weekday, -1))
  const ordinal = ORDINALS.findIndex(each => which.startsWith(each.slice(0, 3)))
  return singleDay(nearestWeekday(from - 1, weekday, 1) + 7 * ordinal)
}

const WHEN = '(שעברה?|ה?קודם|ה?קודמת|ה?אחרון|ה?אחרונה|הבאה?|ה?קרובה?|הזאת|הזו|הזה)'
const PART = '(תחילת|אמצע|סוף)'

/** Dates with a month, most exact first. */
const MONTH_DATES: readonly DatePattern[] = [
  [
    `${WORD_BEGINS}(?:בין )?[בהלמ]?[-־]?(\\d{1,2})(?: ?[-–־] ?| עד (?:ה[-־])?| ל[-־]?| ו[-־]?)(\\d{1,2}) ?[בל][-־]?${MONTH}(?:,? (?:ב[-־]?)?${YEAR})?${WORD_ENDS}`,
    ([from = '', to = '', month = '', year], said) =>
      daysUntil(dateSpan(to, month, year, said), in_year => dateSpan(from, month, in_year, said)),
  ],
  [
    `${ALSO_WEEKDAY}${WORD_BEGINS}${JOINED}(?:${DATE} ?(?:[בל][-־]?)?|(${ORDINALS.join('|')}) [בל][-־]?)${MONTH}(?:,? (?:ב[-־]?)?${YEAR})?${WORD_ENDS}`,
    ([date, ordinal = '', month = '', year], said) => dateSpan(date ?? ordinal, month, year, said),
  ],
  [
    `${WORD_BEGINS}[ובלמהש]{0,3}${DAY} ה(ראשון|ראשונה|שני|שנייה|שלישי|שלישית|רביעי|רביעית|אחרון|אחרונה) (?:של |ב[-־]?)${MONTH}(?:,? (?:ב[-־]?)?${YEAR})?${WORD_ENDS}`,
    ([name, letter, sabbath, which = '', month = '', year], said) =>
      weekdayOfMonth(monthSpan(month, year, said), which, weekdayOf([name, letter, sabbath])),
  ],
  [
    `${WORD_BEGINS}[בלמהו]{0,2}${PART} ${MONTH}(?:,? (?:ב[-־]?|של )?${YEAR})?${WORD_ENDS}`,
    ([part = '', month = '', year], said) =>
      partOfMonth(
        monthSpan(month, year, said),
        part.startsWith('ת') ? 'early' : part.startsWith('א') ? 'middle' : 'late',
      ),
  ],
  [
    `${WORD_BEGINS}${JOINED}${MONTH} ${WHEN}${WORD_ENDS}`,
    ([month = '', when = ''], { day }) => movedYear(when, day, year => wholeMonth(year, MONTHS.indexOf(month))),
  ],
  [
    `${WORD_BEGINS}${JOINED}${MONTH}(?:,? (?:ב[-־]?|של )?${YEAR})?${WORD_ENDS}`,
    ([month = '', year], said) => monthSpan(month, year, said),
  ],
  [`${WORD_BEGINS}(?:ב|בשנת |מאז |עד )[-־]?${YEAR}${WORD_ENDS}`, ([year]) => wholeYear(Number(year))],
]

/** Days, weeks, months and years counted from the day of the message. */
const COUNTED: readonly DatePattern[] = [
  [
    `${WORD_BEGINS}[ובלמהש]{0,3}${DAY},? ב?עוד (שבועיים|שבוע)${WORD_ENDS}`,
    ([name, letter, sabbath, weeks], { day }) =>
      singleDay(nearestWeekday(day, weekdayOf([name, letter, sabbath]), 1) + (weeks === 'שבוע' ? 7 : 14)),
  ],
  [
    `${WORD_BEGINS}ב?עוד (שבועיים|שבוע),? [ב]?${DAY}${WORD_ENDS}`,
    ([weeks, name, letter, sabbath], { day }) =>
      singleDay(weekOf(day, weeks === 'שבוע' ? 1 : 2, 0).from + weekdayOf([name, letter, sabbath])),
  ],
  [
    `${WORD_BEGINS}(?:ב?עוד )?(שבועיים|שבוע) מ[-־]?${DAY}${WORD_ENDS}`,
    ([weeks, name, letter, sabbath], { day }) =>
      singleDay(nearestWeekday(day, weekdayOf([name, letter, sabbath]), 1) + (weeks === 'שבוע' ? 7 : 14)),
  ],
  [
    `${WORD_BEGINS}(היום|מחר),? ב?עוד (שבועיים|שבוע)${WORD_ENDS}`,
    ([anchor, weeks], { day }) => singleDay(day + (anchor === 'מחר' ? 1 : 0) + (weeks === 'שבוע' ? 7 : 14)),
  ],
  [`${WORD_BEGINS}שלשום${WORD_ENDS}`, (_, { day }) => singleDay(day - 2)],
  [`${WORD_BEGINS}(?:אתמול|אמש)${WORD_ENDS}`, (_, { day }) => singleDay(day - 1)],
  [`${WORD_BEGINS}ל?מחרתיים${WORD_ENDS}`, (_, { day }) => singleDay(day + 2)],
  [`${WORD_BEGINS}ל?מחר${WORD_ENDS}`, (_, { day }) => singleDay(day + 1)],
  [
    `${WORD_BEGINS}(?:עוד |בעוד )?(יום|שבוע|שבועיים|חודש|שנה) מ(היום|מחר|אתמול)${WORD_ENDS}`,
    ([dual = '', anchor = ''], { day }) => {
      const [count, unit] = DUALS[dual] ?? [1, 'day']
      const { from, to } = unitsFrom(day + (anchor === 'מחר' ? 1 : anchor === 'אתמול' ? -1 : 0), count, unit)
      return singleDay((from + to) / 2)
    },
  ],
  [`${WORD_BEGINS}(?:היום|הבוקר|הערב|הלילה)${WORD_ENDS}`, (_, { day }) => singleDay(day)],
  // “לפני חודש בדיוק”, “בדיוק לפני חודש”, “חודש בדיוק מאז”.
  [
    `${WORD_BEGINS}(?:(לפני|בעוד|עוד) (${Object.keys(DUALS).join('|')}) בדיוק|בדיוק (לפני|בעוד|עוד) (${Object.keys(DUALS).join('|')})|(${Object.keys(DUALS).join('|')}) בדיוק (?=מאז|מ(?:אז|יום) ))(?:${WORD_ENDS}|(?<= ))`,
    ([which, dual, which_too, dual_too, since], { day }) => {
      const [count, unit] = DUALS[dual ?? dual_too ?? since ?? ''] ?? [1, 'day']
      return exactUnitsFrom(day, /עוד/.test(which ?? which_too ?? '') ? count : -count, unit)
    },
  ],
  [
    `${WORD_BEGINS}(לפני|בעוד|עוד|תוך) כ?(${Object.keys(DUALS).join('|')})${WORD_ENDS}`,
    ([which = '', dual = ''], { day }) => {
      const [count, unit] = DUALS[dual] ?? [1, 'day']
      return unitsFrom(day, which === 'לפני' ? -count : count, unit)
    },
  ],
  [
    `${WORD_BEGINS}(לפני|בעוד|עוד|תוך) (?:כ[-־]?)?(\\d{1,3}|${[...NUMBERS.keys()].join('|')}) (${Object.keys(UNITS).join('|')})${WORD_ENDS}`,
    ([which = '', count = '', units = ''], { day }) =>
      unitsFrom(day, (which === 'לפני' ? -1 : 1) * (NUMBERS.get(count) ?? Number(count)), UNITS[units] ?? 'day'),
  ],
]

/** Weekdays, days of the month, and parts of the week, month and year around the day of the message. */
const AROUND: readonly DatePattern[] = [
  [`${WORD_BEGINS}[בה]{0,2}שבוע ש?לפני ה?אחרון${WORD_ENDS}`, (_, { day }) => weekOf(day, -2, 0)],
  [
    `${WORD_BEGINS}[ובלמהש]{0,3}(?:${DAY}|${WEEKDAY}) ש?ה?לפני ה?אחרו(?:ן|נה)${WORD_ENDS}`,
    ([name, letter, sabbath, bare], { day }) =>
      singleDay(nearestWeekday(day, weekdayOf([name ?? bare, letter, sabbath]), -1) - 7),
  ],
  [`${WORD_BEGINS}שבת שלום${WORD_ENDS}`, () => NO_DATE],
  [
    `${WORD_BEGINS}[ובלמהש]{0,3}${DAY} (?:ב|של ה?)שבוע ${WHEN}${WORD_ENDS}`,
    ([name, letter, sabbath, when], { day }) => weekdayOfWeek(when, [name, letter, sabbath], day),
  ],
  [
    `${WORD_BEGINS}[ובלמהש]{0,2}שבוע ${WHEN},? [בו]{0,2}${DAY}${WORD_ENDS}`,
    ([when, name, letter, sabbath], { day }) => weekdayOfWeek(when, [name, letter, sabbath], day),
  ],
  // The sabbath begins on the evening before.
  [
    `${WORD_BEGINS}[ובלמהש]{0,2}(?:ערב|ליל) שבת(?: ${WHEN})?${WORD_ENDS}`,
    ([when], said) =>
      direction(when) === 0
        ? weekdayMeant(said, 5)
        : singleDay(nearestWeekday(said.day, 5, direction(when) < 0 ? -1 : 1)),
  ],
  // A repeated event is not on a certain day.
  [`${WORD_BEGINS}(?:כל|בכל) (?:יום )?(?:${WEEKDAYS.join('|')}|שבוע|חודש|שנה|סוף שבוע)${WORD_ENDS}`, () => NO_DATE],
  [`${WORD_BEGINS}[בוהל]{0,2}(?:ימי|שבתות)(?: (?:${WEEKDAYS.join('|')}))?${WORD_ENDS}`, () => NO_DATE],
  [
    `${WORD_BEGINS}[ובלמה]{0,2}[-־]?(?:${DATE} [בל]|(${ORDINALS.join('|')}) ל)חודש(?: ${WHEN})?${WORD_ENDS}`,
    ([figures, ordinal = '', when], said) => {
      const date = dateNumber(figures ?? ordinal)
      return when === undefined ? dayOfMonthMeant(said, date) : dateOfMonth(monthFrom(said.day, direction(when)), date)
    },
  ],
  [
    `${WORD_BEGINS}[ובלמהש]{0,2}יום ${WEEKDAY},? (?:ב|ה)[-־]?(\\d{1,2})(?: (?:ב|ל)חודש)?${WORD_ENDS}`,
    ([name = '', date = ''], said) => weekdayAndDate(said, WEEKDAYS.indexOf(name), Number(date)),
  ],
  [
    `${WORD_BEGINS}[ובלמהש]{0,3}${DAY} ${WHEN}${WORD_ENDS}`,
    ([name, letter, sabbath, when = ''], { day }) => {
      const step = direction(when)
      const weekday = weekdayOf([name, letter, sabbath])
      return singleDay(nearestWeekday(step === 0 ? day - 1 : day, weekday, step < 0 ? -1 : 1))
    },
  ],
  [
    `${WORD_BEGINS}[ובלמה]{0,2}${PART} (ה?חודש|ה?שנה)(?: ${WHEN})?${WORD_ENDS}`,
    ([part = '', name = '', when], { day }) => partOf(part, name, when, day),
  ],
  [
    `${WORD_BEGINS}[בלמהו]{0,2}(שבוע|חודש|שנה|סופ["״]?ש|סוף ה?שבוע) ${WHEN}${WORD_ENDS}`,
    ([name = '', when = ''], { day }) => {
      // “The coming weekend” is that of this week, unless it is over.
      const near = name.startsWith('סו') && /^ה?קרוב/.test(when)
      return near ? weekend(day, weekend(day, 0).to > day ? 0 : 1) : moved(name, direction(when), day)
    },
  ],
  [
    `${WORD_BEGINS}[בלו]{0,2}(?:סוף השבוע|סופ["״]?ש)${WORD_ENDS}`,
    (_, { day, tense }) => weekend(day, tense === 'past' ? -1 : 0),
  ],
  [`${WORD_BEGINS}השבוע${WORD_ENDS}`, (_, { day }) => weekOf(day, 0, 0)],
  [`${WORD_BEGINS}החודש${WORD_ENDS}`, (_, { day }) => monthFrom(day, 0)],
  [`${WORD_BEGINS}(?:ה|ב|ל|מה)שנה החדשה${WORD_ENDS}`, (_, { day }) => wholeYear(yearOf(day) + 1)],
  [`${WORD_BEGINS}השנה${WORD_ENDS}`, (_, { day }) => wholeYear(yearOf(day))],
  [`${WORD_BEGINS}אשתקד${WORD_ENDS}`, (_, { day }) => wholeYear(yearOf(day) - 1)],
  [
    `${WORD_BEGINS}${JOINED}(אביב|קיץ|סתיו|חורף)(?: ${WHEN}|(?: של)? ${YEAR})?${WORD_ENDS}`,
    ([name = '', when, year], said) => {
      const spanIn = (each: number): DateSpan => wholeSeason(each, SEASONS[name] ?? 'summer')
      return when === undefined ? spanOfYear(year, said, spanIn) : movedYear(when, said.day, spanIn)
    },
  ],
  [`${WORD_BEGINS}[ובלמהש]{0,3}${DAY}${WORD_ENDS}`, (groups, said) => weekdayMeant(said, weekdayOf(groups))],
  // Without the word for day where it cannot be an ordinal, nor the town of Rishon.
  [
    `${WORD_BEGINS}[ושהבל]{0,2}${WEEKDAY} (הבא|הקרוב|שעבר|האחרון)${WORD_ENDS}`,
    ([name = '', when = ''], { day }) =>
      singleDay(nearestWeekday(day, WEEKDAYS.indexOf(name), direction(when) < 0 ? -1 : 1)),
  ],
  [
    `${WORD_BEGINS}ו?ש?ב(שלישי|רביעי|חמישי|שישי)(?=\\s*(?:$|[,.!?;:)]|(?:הזה|אני|אנחנו|יש|אין|נפגש|ניפגש|בשעה|בערך|אבל|כי|עם|אצל)(?!\\p{L})))`,
    ([name = ''], said) => weekdayMeant(said, WEEKDAYS.indexOf(name)),
  ],
  // Otherwise only before a time of day.
  [
    `${WORD_BEGINS}ב?${WEEKDAY}(?= (?:ב(?:בוקר|ערב|צהריים|לילה)|אחר הצהריים|אחה["״]צ|ב[-־]?\\d{1,2}))`,
    ([name = ''], said) => weekdayMeant(said, WEEKDAYS.indexOf(name)),
  ],
]

/** Date expressions in Hebrew, most exact first. */
export const HEBREW_DATES: readonly DatePattern[] = [...MONTH_DATES, ...COUNTED, ...AROUND]
