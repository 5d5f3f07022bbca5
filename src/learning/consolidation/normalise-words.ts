/** Words in the form in which facts are compared. */
import { tokenise } from '../../text/tokenise.ts'

const NUMBERS = `
zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14
fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70
eighty:80 ninety:90 hundred:100 thousand:1000
first:1 second:2 third:3 fourth:4 fifth:5
שני:2 שתי:2 שניים:2 שתיים:2 שלוש:3 שלושה:3 ארבע:4 ארבעה:4 חמש:5 חמישה:5 שש:6 שישה:6 שבע:7 שבעה:7 שמונה:8 תשע:9 תשעה:9 עשר:10
עשרה:10 עשרים:20 שלושים:30 ארבעים:40 חמישים:50 שישים:60 שבעים:70 שמונים:80 תשעים:90 מאה:100 אלף:1000
`

/** One word for another, first the one that is kept: spellings, names for relatives, Hebrew "my sister", "her sister". */
const SAME_WORDS = `
colour color
favourite favorite
mother mom mum mommy
father dad daddy
grandmother grandma granny
grandfather grandpa
child kid
children kids
bicycle bike
television tv
אחות אחותי אחותה אחותו
אח אחי אחיה אחיו
אמא אימא אמי אימי אמה אימה אמו אימו
אבא אבי אביה אביו
בעל בעלי בעלה
אישה אשתי אשתו
בן בני בנה בנו
בת בתי בתה בתו
דודה דודתי דודתה דודתו
דוד דודי דודו
סבא סבי סבה סבו
סבתא סבתי סבתה סבתו
גיסה גיסתי גיסתה גיסתו
גיס גיסי גיסו
חבר חברי
חברה חברתי חברתה חברתו
`

const sameWords = new Map(
  SAME_WORDS.trim()
    .split('\n')
    .map(tokenise)
    .flatMap(([kept = '', ...others]) => others.map(word => [word, kept] as const)),
)

/** The same with a Hebrew prefix before it: to my sister, and her sister. */
const joined = (word: string): string | undefined =>
  /^[ולבכמשה][א-ת]{3}/.test(word) ? sameWords.get(word.slice(1)) : undefined

const numberWords = new Map(
  NUMBERS.trim()
    .split(/\s+/)
    .map(pair => pair.split(':'))
    .map(([word = '', number = '']) => [tokenise(word)[0] ?? '', number]),
)

/** `5 pm`, `5:30pm`, `17:00`: one word each. */
const HALF_DAY = /\b(\d{1,2})(?::(\d\d))?\s*([ap])\.?m\b\.?/gi
const CLOCK_TIME = /\b(\d{1,2}):(\d\d)\b/g
const NOON = 12

const clockWord = (hour: number, minutes: string): string => ` clock${String(hour)}x${minutes} `

const halfDay = (_: string, hour: string, minutes: string | undefined, half: string): string =>
  clockWord((Number(hour) % NOON) + (half.toLowerCase() === 'p' ? NOON : 0), minutes ?? '00')

/** `3rd`, `21st`; `1,500`. */
const ORDINAL = /\b(\d+)(?:st|nd|rd|th)\b/gi
const THOUSANDS = /(?<=\d),(?=\d{3}\b)/g
/** A number joined to a Hebrew prefix: ב-14, ל־3. */
const JOINED_NUMBER = /(?<=[א-ת])[-־](?=\d)/g
/** Decimal points stay inside their number. */
const DECIMAL = /(?<=\d)\.(?=\d)/g

/** Comparable words of a text: as `tokenise` has them, numbers, ordinals and times of day in one form each. */
export const wordsOf = (text: string): readonly string[] =>
  tokenise(
    text
      .replace(HALF_DAY, halfDay)
      .replace(CLOCK_TIME, (_, hour: string, minutes: string) => clockWord(Number(hour), minutes))
      .replace(ORDINAL, '$1')
      .replace(THOUSANDS, '')
      .replace(JOINED_NUMBER, ' ')
      .replace(DECIMAL, 'point'),
  ).map(word => numberWords.get(word) ?? sameWords.get(word) ?? joined(word) ?? word)

/** Words that begin with a capital inside a sentence, in lower case: names. Scripts without capitals have none. */
export const namesOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/(?<=[\p{L}\p{N},;:’'”")] )(\p{Lu}[\p{L}’'-]*)/gu)].flatMap(match => tokenise(match[1] ?? '')),
  )

/** Whether a word stands for a number or a time of day. */
export const isNumber = (word: string): boolean => /\d/.test(word)
