/** The sentences that the offline model puts around its quotes, in English and Hebrew. */
import { cutStart } from '../../text/cut.ts'
import type { Language } from '../../text/language.ts'
import { withPrefix } from '../../text/strings/hebrew-prefix.ts'
import { englishDay, hebrewDay, withWrittenDays } from '../../text/strings/written-day.ts'
import type { Saying } from './transcript.ts'

/** The sentences around the quotes. Every answer begins with `label`, so that no one takes it for more. */
export interface Phrases {
  readonly label: string
  readonly greeting: string
  readonly thanks: string
  readonly filler: string
  readonly noted: (statement: string) => string
  readonly quote: (saying: Saying) => string
  /** The question replies to a text about which nothing more is known. */
  readonly about: (text: string) => string
  /** Nothing in the given texts is relevant to the question. */
  readonly unknown: string
}

/** Longest quote, in characters. */
const QUOTE_CHARACTERS = 300

const quoted = (text: string): string =>
  `“${text.length <= QUOTE_CHARACTERS ? text : `${cutStart(text, QUOTE_CHARACTERS).trimEnd()}…`}”`

/** A passage of a file is short enough to be quoted whole. */
const quotedPassage = (text: string): string => `“${text}”`

const ENGLISH: Phrases = {
  label: '(offline model)',
  greeting: 'Hello! I can only repeat what you tell me: say something about yourself, then ask me about it.',
  thanks: 'You are welcome.',
  filler: 'All right.',
  noted: statement => `Noted: ${quoted(statement)} Ask me about it later and I will quote it.`,
  about: text => `That is about ${quoted(text)} I am a demo without a language model: I can only quote it.`,
  quote: ({ text, speaker, day, file, forwarded = false }) =>
    file !== undefined
      ? `The file ${file} says: ${quotedPassage(text)}`
      : `${speaker ?? 'You'} ${forwarded ? 'forwarded to' : 'told'} ${speaker === undefined ? 'me' : 'us'}${day === undefined ? '' : ` on ${withWrittenDays(day, englishDay)}`}: ${quoted(text)}`,
  unknown:
    'I find nothing about that in what you told me. I am a demo without a language model: I can only quote what people told me.',
}

const openingInHebrew = (speaker: string | undefined, forwarded: boolean): string => {
  if (speaker === undefined) return forwarded ? 'העברת לי' : 'סיפרת לי'
  return forwarded ? `הועבר לנו על ידי ${speaker}` : `נאמר לנו מפי ${speaker}`
}

const HEBREW: Phrases = {
  label: '(מודל לא מקוון)',
  greeting: 'שלום! אני יודע רק לחזור על מה שסיפרו לי: ספרו לי משהו, ואחר כך שאלו אותי עליו.',
  thanks: 'על לא דבר.',
  filler: 'בסדר.',
  noted: statement => `רשמתי: ${quoted(statement)} אפשר לשאול אותי על זה אחר כך, ואצטט.`,
  about: text => `זה נוגע לדברים האלה: ${quoted(text)} אני הדגמה בלי מודל שפה: אני יכול רק לצטט אותם.`,
  quote: ({ text, speaker, day, file, forwarded = false }) =>
    file !== undefined
      ? `בקובץ ${file} כתוב: ${quotedPassage(text)}`
      : `${openingInHebrew(speaker, forwarded)}${day === undefined ? '' : ` ${withPrefix('ב', withWrittenDays(day, hebrewDay))}`}: ${quoted(text)}`,
  unknown: 'לא מצאתי על זה דבר במה שסיפרת לי. אני הדגמה בלי מודל שפה: אני יכול רק לצטט את מה שסיפרו לי.',
}

const PHRASES: Readonly<Record<Language, Phrases>> = { en: ENGLISH, he: HEBREW }

/** The sentences of the offline model in a language. */
export const phrasesIn = (language: Language): Phrases => PHRASES[language]
