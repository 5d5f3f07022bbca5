/** Brings the words of two facts into the same form, so that they can be compared: numbers, times of day, spellings. */
import { withPlainNumbers } from '../analyser/numbers.ts'
import { fold } from '../fold.ts'
import { labelled, lexiconLines } from '../lexicons/lexicon.ts'
import { NUMBER_WORDS } from '../number-words.ts'
import { tokenise, wordsInFolded } from '../tokenise.ts'

/** Every spelling of a word → its canonical spelling. */
const sameWords = new Map(
  lexiconLines('fact-same-words')
    .map(tokenise)
    .flatMap(([kept = '', ...others]) => others.map(word => [word, kept] as const)),
)

/** The same word after a Hebrew prefix: to my sister, and her sister. */
const withoutPrefix = (word: string): string | undefined =>
  /^[ולבכמשה][א-ת]{3}/.test(word) ? sameWords.get(word.slice(1)) : undefined

/** Number words and ordinals as digits. "One" stays a word: it is a pronoun as often as a number. */
const digits = new Map(
  [
    ...[...NUMBER_WORDS].filter(([, number]) => number !== 1),
    ...labelled(lexiconLines('ordinals')).map(([number, word]) => [word, Number(number)] as const),
  ].map(([word, number]) => [tokenise(word).join(' '), String(number)]),
)

/** `3rd`, `21st`. */
const ORDINAL = /\b(\d+)(?:st|nd|rd|th)\b/gi
/** The border between attached Hebrew letters and a word or number of another script: בNetflix, ב14. */
const SCRIPT_BORDER = /(?<=[א-ת])(?=[A-Za-z\d])/g

/** The comparable words of a text: those of `tokenise`, with numbers, ordinals and times of day in one form each. */
export const normaliseWords = (text: string): readonly string[] =>
  wordsInFolded(withPlainNumbers(fold(text).replace(ORDINAL, '$1').replace(SCRIPT_BORDER, ' '))).map(
    word => digits.get(word) ?? sameWords.get(word) ?? withoutPrefix(word) ?? word,
  )

/** Names, in lower case: words that begin with a capital inside a sentence. Scripts without capitals have none. */
export const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/(?<=[\p{L}\p{N},;:’'”")] )(\p{Lu}[\p{L}’'-]*)/gu)].flatMap(match => tokenise(match[1] ?? '')),
  )

/** Whether a normalised word is a number or a time of day. */
export const isNumber = (word: string): boolean => /\d/.test(word)
