/** Replaces relative days of a sentence by dates, so that it can be understood on any later day. English and Hebrew. */
import { DAY_MS } from '../../platform/clock.ts'
import { UTC } from '../../platform/time-zone.ts'
import { monthOf, wholeMonth, wholeYear, yearOf, type DateSpan } from './date-span.ts'
import { readDates, type DateExpression } from './dates.ts'

const HEBREW = /[א-ת]/
const YEAR = /(?<!\d)(?:19|20)\d\d(?!\d)/
/** A longer range is not a day that anyone waits for. */
const LONGEST_DAYS = 366

const WEEKDAY = /(?<!\p{L})(?:sun|mon|tues|wednes|thurs|fri|satur)day(?!\p{L})|ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת/iu
/** Says which of several days with one name is meant. */
const WHICH =
  /(?<!\p{L})(?:next|last|this|coming|past)(?!\p{L})|ה(?:בא|באה|קרוב|קרובה)(?!\p{L})|שעבר|שעברה|הזה|הזאת|הזו/iu
/** Words that count from the day on which they are said. */
const COUNTED =
  /(?<!\p{L})(?:tomorrow|tmrw|tomorow|tommorow|yesterday|day (?:after|before)|ago|in (?:an?|one|two|three|four|five|six|seven|\d+|a few)|from now|next|last|this|coming|end of|weekend)(?!\p{L})|(?<!\p{L})[בלמ]?(?:מחר|מחרתיים|אתמול|שלשום|אמש|בעוד|עוד|לפני|סוף)(?!\p{L})|ה(?:בא|באה|קרוב|קרובה)(?!\p{L})|שעבר|שעברה/iu
const TODAY = /(?<!\p{L})(?:today|tonight|היום|הערב|הלילה|הבוקר)(?!\p{L})/iu
/** A day of the calendar without its year: `3 May`, `1.12`. */
const CALENDAR = /\d/

/** Events that take place on one day: with them, “on Tuesday” is a certain Tuesday, and not every one. */
const EVENT =
  /(?<!\p{L})(?:appointment|meeting|flight|exam|test|quiz|wedding|interview|party|dinner|lunch|trip|surgery|operation|concert|visit|dentist|doctor|deadline|delivery|due|birthday|hearing|funeral|barbecue|date with|call with|arriv\p{L}+|leav\p{L}+|land\p{L}*|fly\p{L}*|travel\p{L}*|depart\p{L}*)(?!\p{L})|(?<!\p{L})[והבלמש]{0,2}(?:תור|פגישה|פגישת|טיסה|טיסת|מבחן|חתונה|חתונת|ראיון|מסיבה|מסיבת|ארוחה|ארוחת|נסיעה|ניתוח|הופעה|ביקור|רופא|רופאת|מועד|משלוח|יום ההולדת|יום הולדת|דיון|הלוויה|טס|טסה|טסים|נוסע|נוסעת|נוסעים|מגיע|מגיעה|מגיעים)(?!\p{L})/iu
/** Repeated events. */
const HABIT =
  /(?<!\p{L})(?:usually|always|every|each|weekly|daily|regularly|closed|open|opens|closes|תמיד|בדרך כלל|כל|בכל|סגור|סגורה|פתוח|פתוחה)(?!\p{L})/iu
/** Yearly events. */
const ANNUAL =
  /(?<!\p{L})(?:birthdays?|anniversar(?:y|ies)|born|holidays?|every year|annual\p{L}*)(?!\p{L})|(?<!\p{L})[והבלמש]{0,2}(?:יום ההולדת|יום הולדת|ימי הולדת|נולד|נולדה|נולדתי|יום נישואין|אזכרה|יום השנה)(?!\p{L})/iu
/** A word right before a weekday that makes it one of many: “my Monday class”. */
const DETERMINER = /(?<!\p{L})(?:the|my|our|your|his|her|their|a|every|each)\s$/iu

const PREPOSITION =
  /(?<!\p{L})(?:on|by|until|till|til|for|from|since|to|before|after|of|at|in|around|between|and)\s*$/iu
const HEBREW_PREPOSITION = /(?<!\p{L})(?:עד|מאז|לפני|אחרי|של|בין)\s*$/u
/** “We moved in yesterday”: the word before these belongs to the verb. */
const ADVERB = /^(?:last|yesterday|today|tonight|tomorrow|this|next|the (?:other day|day|week)) ?/iu
const PARTICLE = /(?<!\p{L})(?:in|on|at|around|to)\s*$/iu
/** The time of day after a day, or at its end, in English; it is attached again. */
const PART_OF_DAY = /^ (morning|afternoon|evening|night)(?!\p{L})/iu
const OWN_PART_OF_DAY = /(?: |to)(morning|afternoon|evening|night|nite)$/iu
const HEBREW_PART_OF_DAY = /^ה(בוקר|ערב|לילה)$/u
const SUBJECT_FOLLOWS = /^\s*(?:is|was|will|are|'s|’s)(?!\p{L})/iu

/**
 * The sentence with its relative days as dates, such as `on Sunday, 29 November 2026`. Weekdays stay as they are if
 * they may be habits.
 * @param day the calendar day on which it was said, in days since 1 January 1970
 */
export const writeOutDates = (sentence: string, day: number): string => {
  let text = sentence
  for (const found of readDates(sentence, day)) {
    if (!isRelative(found, sentence)) continue
    const at = text.toLowerCase().indexOf(found.words.toLowerCase())
    if (at < 0) continue
    const [before, after] = [text.slice(0, at), text.slice(at + found.words.length)]
    if (isPartOfDate(before, after) || (DETERMINER.test(before) && WEEKDAY.test(found.words))) continue
    const part = PART_OF_DAY.exec(found.from === found.to ? after : '')
    text = `${before}${written(found, before, after)}${part === null ? after : `${timeOfDay(part[1])}${after.slice(part[0].length)}`}`
  }
  return text
}

/**
 * Whether a sentence mentions days without a full date, so that it would mean other days if it were said on another
 * day.
 */
export const hasRelativeDates = (sentence: string, day: number): boolean => writeOutDates(sentence, day) !== sentence

/** Whether everything that a sentence announced on one day is over on a later one. */
export const isOver = (sentence: string, said: number, today: number): boolean => {
  if (ANNUAL.test(sentence) || HABIT.test(sentence)) return false
  const spans = readDates(sentence, said).filter(({ from, to }) => to - from <= LONGEST_DAYS)
  return spans.length > 0 && spans.every(({ from, to }) => from >= said && to < today) && said < today
}

const isRelative = ({ words, from, to, tense }: DateExpression, sentence: string): boolean => {
  if (YEAR.test(words) || to - from > LONGEST_DAYS) return false
  if (COUNTED.test(words)) return true
  const isCertain = tense !== undefined || EVENT.test(sentence)
  if (TODAY.test(words)) return isCertain
  if (WEEKDAY.test(words)) return WHICH.test(words) || (isCertain && !HABIT.test(sentence))
  return CALENDAR.test(words) && from === to && !ANNUAL.test(sentence)
}

/** A date already follows or precedes the words: “Tuesday, 1 December 2026”. */
const isPartOfDate = (before: string, after: string): boolean =>
  /^,?\s{0,2}(?:ה?-?\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))/iu.test(after) ||
  /\d{4},?\s{0,2}\(?$/u.test(before)

const written = (found: DateExpression, before: string, after: string): string =>
  HEBREW.test(found.words) || (!/[a-z]/i.test(found.words) && HEBREW.test(before + after))
    ? inHebrew(found, before)
    : inEnglish(found, before, after)

/** Writes a day of the calendar. */
const writer = (language: 'en-GB' | 'he', options: Intl.DateTimeFormatOptions): ((day: number) => string) => {
  const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  return day => format.format(day * DAY_MS)
}

const DATE = { day: 'numeric', month: 'long', year: 'numeric' } as const
const MONTH = { month: 'long', year: 'numeric' } as const
const englishDate = writer('en-GB', DATE)
const englishMonth = writer('en-GB', MONTH)
const hebrewDate = writer('he', DATE)
const hebrewMonth = writer('he', MONTH)
const hebrewWeekday = writer('he', { weekday: 'long' })

const isMonth = ({ from, to }: DateSpan): boolean => {
  const month = wholeMonth(yearOf(from), monthOf(from))
  return month.from === from && month.to === to
}

const isYear = ({ from, to }: DateSpan): boolean => {
  const year = wholeYear(yearOf(from))
  return year.from === from && year.to === to
}

/** “In the morning”, as it follows a date. */
const timeOfDay = (part: string | undefined): string =>
  part === undefined ? '' : /^ni/i.test(part) ? ' at night' : ` in the ${part.toLowerCase()}`

const inEnglish = (found: DateExpression, before: string, after: string): string => {
  const { words, from, to } = found
  const follows = PREPOSITION.test(before) && !(ADVERB.test(words) && PARTICLE.test(before))
  const opens = follows || (before.trim() === '' && SUBJECT_FOLLOWS.test(after))
  const own = /^(?:on|in|at|by|until|from|since|before|after) /i.exec(words)?.[0]
  const lead = opens ? '' : own === undefined || /^(?:in|at) $/i.test(own) ? 'on ' : own
  if (from === to) return `${lead}${UTC.longDay(from * DAY_MS)}${timeOfDay(OWN_PART_OF_DAY.exec(words)?.[1])}`
  const within = opens ? '' : 'in '
  if (isMonth(found)) return `${within}${englishMonth(from)}`
  if (isYear(found)) return `${within}${String(yearOf(from))}`
  if (follows && /(?:from|since)\s*$/iu.test(before)) return englishDate(from)
  return opens
    ? `the days from ${englishDate(from)} to ${englishDate(to)}`
    : `between ${englishDate(from)} and ${englishDate(to)}`
}

const inHebrew = (found: DateExpression, before: string): string => {
  const { words, from, to } = found
  const joined =
    /^(?:ש|ו)?([לבמ])(?=יום|שבת|מחר|סוף|תחילת|אמצע|[-־]?\d|ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר)/u.exec(
      words,
    )?.[1]
  const prefix = joined ?? (HEBREW_PREPOSITION.test(before) ? '' : 'ב')
  // “מ” and “ל” are attached like “ב”.
  const part = HEBREW_PART_OF_DAY.exec(words)?.[1]
  if (from === to) return `${prefix}${hebrewWeekday(from)}, ${hebrewDate(from)}${part === undefined ? '' : ` ב${part}`}`
  if (isMonth(found)) return `${prefix}${hebrewMonth(from)}`
  if (isYear(found)) return `${prefix}-${String(yearOf(from))}`
  return `בין ${hebrewDate(from)} ל-${hebrewDate(to)}`
}
