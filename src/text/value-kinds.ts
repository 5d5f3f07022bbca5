/** The kinds of values that can replace each other in a statement: dates, times of day, numbers. English and Hebrew. */
import { MONTHS as ENGLISH_MONTHS } from './dates/dates-in-english.ts'
import { WORD_BEGINS, WORD_ENDS } from './lexicons/lexicon.ts'
import { NUMBER_WORDS } from './number-words.ts'

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)\\p{L}*'
const HEBREW_MONTH = '[בלמ]?(?:ינואר|פברואר|מרץ|מרס|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר)'
const MONTH_NAME = `${ENGLISH_MONTHS.join('|')}|${HEBREW_MONTH}`
const WEEKDAY = '(?:sun|mon|tues?|wednes|wed|thurs?|fri|satur|sat)(?:days?)?(?: (?:week|fortnight)(?! ago))?'
const HEBREW_WEEKDAY =
  "(?:[בלמ]?יום |[בלמ]ימי )(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת|[אבגדהו]['’׳])|[בל]?(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)"
const RELATIVE =
  '(?:the )?day after tomorrow|tomorrow|today|tonight|(?:this|next) (?:week|weekend|month|year)|(?:the|this|next) weekend'
const HEBREW_RELATIVE = '[בל]?(?:מחרתיים|מחר|היום|הערב)|[בל]?(?:שבוע|חודש|שנה) הבאה?|[בל]?סוף השבוע'
const numberWords = [...NUMBER_WORDS.keys()].sort((a, b) => b.length - a.length).join('|')

const DATE = `(?:\\d{1,2} ${MONTH}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?|(?:the )?\\d{1,2}(?:st|nd|rd|th)(?: of ${MONTH})?|[בלמ]?-?\\d{1,2} ${HEBREW_MONTH})(?:,? \\d{4})?`

/** The first kind that occurs in two texts is the one in which they differ. */
const KINDS: readonly string[] = [
  `(?:(?:(?:${WEEKDAY}|${HEBREW_WEEKDAY}),? )?${DATE}|[בלמ]?-?\\d{1,2}[./]\\d{1,2}(?:[./]\\d{2,4})?|${RELATIVE}|${WEEKDAY}|${HEBREW_WEEKDAY}|${HEBREW_RELATIVE})`,
  '(?:(?:[בלמ]-?)?(?:\\d{1,2}(?::\\d\\d)? ?(?:am|pm|a\\.m\\.|p\\.m\\.)|\\d{1,2}:\\d\\d)|(?<=(?<!\\p{L})at )\\d{1,2}(?![.,:]?\\d)|' +
    `ב-?\\d{1,2}(?![.,:/]?\\d| ?${HEBREW_MONTH}))`,
  `(?:${MONTH_NAME})`,
  `(?:[בלמ]-?)?\\d[\\d,.-]*|[בלמ]?(?:${numberWords})(?: ו?(?:חצי|רבע))?`,
]

/** “יום ג׳” ends with a mark, not with a letter. */
const VALUE_ENDS = `(?:${WORD_ENDS}|(?<=['’׳]))`
const ANY_KIND = `(?:${KINDS.join('|')})`

/** In the order in which they are tried. */
export const VALUE_KINDS: readonly RegExp[] = KINDS.map(
  source => new RegExp(`${WORD_BEGINS}${source}${VALUE_ENDS}`, 'giu'),
)

const ONE_VALUE = new RegExp(`^${ANY_KIND}$`, 'iu')
const BEGINS_WITH_VALUE = new RegExp(`^(?:the |at |on |in )?${ANY_KIND}${VALUE_ENDS}`, 'iu')
const FIGURE = new RegExp(`${WORD_BEGINS}${ANY_KIND}${VALUE_ENDS}`, 'iu')

/** Whether a text begins with a date, a time or a number. */
export const beginsWithValue = (text: string): boolean => BEGINS_WITH_VALUE.test(text)

/** Whether a text contains a date, a time or a number. */
export const containsValue = (text: string): boolean => FIGURE.test(text)

/** Whether two texts have a value of the same kind. */
export const haveSameKind = (one: string, other: string): boolean =>
  VALUE_KINDS.some(kind => one.search(kind) >= 0 && other.search(kind) >= 0)

/** Whether a text is one date, time or number, and nothing else. */
export const isOneValue = (text: string): boolean => ONE_VALUE.test(text)
