/** Brings the words of two facts into the same form, so that they can be compared: numbers, times of day, spellings. */
import { labelled, lexiconLines } from '../lexicons/lexicon.ts'
import { NUMBER_WORDS } from '../number-words.ts'
import { tokenise } from '../tokenise.ts'

/** Every spelling of a word → the one that stands for them all. */
const sameWords = new Map(
  lexiconLines('fact-same-words')
    .map(tokenise)
    .flatMap(([kept = '', ...others]) => others.map(word => [word, kept] as const)),
)

/** The same word behind a Hebrew prefix: to my sister, and her sister. */
const withoutPrefix = (word: string): string | undefined =>
  /^[ולבכמשה][א-ת]{3}/.test(word) ? sameWords.get(word.slice(1)) : undefined

/** Number words and ordinals as digits. "One" stays a word: it is a pronoun as often as a number. */
const digits = new Map(
  [
    ...[...NUMBER_WORDS].filter(([, number]) => number !== 1),
    ...labelled(lexiconLines('ordinals')).map(([number, word]) => [word, Number(number)] as const),
  ].map(([word, number]) => [tokenise(word).join(' '), String(number)]),
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

/** The comparable words of a text: as `tokenise` has them, with numbers, ordinals and times of day in one form each. */
export const normaliseWords = (text: string): readonly string[] =>
  tokenise(
    text
      .replace(HALF_DAY, halfDay)
      .replace(CLOCK_TIME, (_, hour: string, minutes: string) => clockWord(Number(hour), minutes))
      .replace(ORDINAL, '$1')
      .replace(THOUSANDS, '')
      .replace(JOINED_NUMBER, ' ')
      .replace(DECIMAL, 'point'),
  ).map(word => digits.get(word) ?? sameWords.get(word) ?? withoutPrefix(word) ?? word)

/** Names, in lower case: words that begin with a capital inside a sentence. Scripts without capitals have none. */
export const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/(?<=[\p{L}\p{N},;:’'”")] )(\p{Lu}[\p{L}’'-]*)/gu)].flatMap(match => tokenise(match[1] ?? '')),
  )

/** Whether a normalised word is a number or a time of day. */
export const isNumber = (word: string): boolean => /\d/.test(word)
