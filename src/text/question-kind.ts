import { stem } from './stem.ts'
import { tokenise } from './tokenise.ts'

/** What a message asks for, read from its wording alone: English and Hebrew. */
export interface QuestionKind {
  /** It asks for something at all. */
  readonly question: boolean
  /** It asks when something was or is. */
  readonly when: boolean
  /** It asks for a number. */
  readonly count: boolean
  /** Its answer is likely several things, said at several times. */
  readonly list: boolean
  /** It asks how things stand now, so that what was said last counts most. */
  readonly now: boolean
}

const BEGIN = '(?<![\\p{L}\\p{N}])'
const END = '(?![\\p{L}\\p{N}])'
const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(`${BEGIN}(?:${phrases.join('|')})${END}`, 'iu')

const OPENING = new RegExp(
  `^\\W*(?:(?:and|so|but|hey|hi|please|ו?אז|היי)[, ]+)?(?:who|whom|whose|what|whats|what's|when|where|which|why|how|do|does|did|is|are|was|were|has|have|had|can|could|would|will|should|tell me|remind me|מה|מי|מתי|איפה|היכן|לאן|מאיפה|איזה|איזו|אילו|למה|מדוע|כמה|איך|כיצד|האם)${END}`,
  'iu',
)
const WHEN = anyOf(
  'when',
  'what (?:date|day|month|year|time)',
  '(?:in )?which (?:day|month|year|week|season)',
  'how long ago',
  'since when',
  'מתי',
  'ב?איזה (?:תאריך|יום|חודש|שעה)',
  'ב?איזו שנה',
)
const COUNT = anyOf('how (?:many|much|often|old|long)', 'what (?:number|age|amount)', 'כמה', 'בן כמה', 'בת כמה')
const LIST = anyOf(
  'what (?:are|were) (?:all|some|the)',
  'what (?:kinds?|types?|sorts?) of \\p{L}+s',
  // Plurals; “does”, “was” and their like are none.
  '(?:what|which) (?:(?!does|was|has|is|did|do|are|were)\\p{L}+ )?(?!does|was|has|this|its)\\p{L}{3,}(?<![sui]s)s',
  'all (?:the|my|of)',
  'list',
  'every(?:thing)?',
  'how many',
  'who (?:all|else)',
  'אילו',
  'איזה \\p{L}+(?:ים|ות)',
  'מה כל',
  'את כל',
  'רשימה',
)
const NOW = anyOf(
  'now',
  'currently',
  'current',
  'at the moment',
  'these days',
  'nowadays',
  'still',
  'latest',
  'most recent(?:ly)?',
  'lately',
  'עכשיו',
  'כרגע',
  'כיום',
  'עדיין',
  'לאחרונה',
  'בימים אלה',
  'הכי חדש',
)
const ENDS_ASKING = /[?؟]\s*(?:\[[^\]]*\]\s*|\p{Extended_Pictographic}\s*)*$/u

/** Whether a message ends as a question does: who said it wants to know, and tells little. */
export const endsAsQuestion = (text: string): boolean => ENDS_ASKING.test(text)

export const questionKind = (text: string): QuestionKind => {
  const question = text.includes('?') || OPENING.test(text)
  return {
    question,
    when: question && WHEN.test(text),
    count: question && COUNT.test(text),
    list: question && LIST.test(text),
    now: NOW.test(text),
  }
}

/** Words by which a question speaks of speaking, or names what kind of answer it wants: they stand for no subject. */
const ASKING = `
mention mentioned discuss discussed describe described talk talked talking share shared say said tell told ask asked type kind
sort according specific particular conversation topic recently
הזכיר הזכירה דיבר דיברה דיברנו סיפר סיפרה אמר אמרה שאל שאלה סוג שיחה נושא לאחרונה
`
const ASKING_STEMS: ReadonlySet<string> = new Set(tokenise(ASKING).map(stem))

/** Whether a stem belongs to the asking, not to what is asked about. */
export const isAskingStem = (stemmed: string): boolean => ASKING_STEMS.has(stemmed)

/** A capital letter within a sentence: in English, a name. */
const NAME = /(?<=[\p{Ll}\p{N},;:] )\p{Lu}[\p{L}’'-]+/gu

/** Words that are written as names, other than at the beginning of a sentence. */
export const namedWords = (text: string): readonly string[] =>
  [...text.matchAll(NAME)].flatMap(([name]) => tokenise(name))
