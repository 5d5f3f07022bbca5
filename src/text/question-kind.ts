/** What kind of answer a question wants, judged by its wording in English and Hebrew. */
import { lexiconPatterns, lexiconWords } from './lexicons/lexicon.ts'
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

const WORD_BEGINS = '(?<![\\p{L}\\p{N}])'
const WORD_ENDS = '(?![\\p{L}\\p{N}])'
const anyOf = (list: string): RegExp =>
  new RegExp(`${WORD_BEGINS}(?:${lexiconPatterns(list).join('|')})${WORD_ENDS}`, 'iu')

const LEADS = lexiconPatterns('question-leads').join('|')
const OPENINGS = lexiconPatterns('question-openings').join('|')
const OPENING = new RegExp(`^\\W*(?:(?:${LEADS})[, ]+)?(?:${OPENINGS})${WORD_ENDS}`, 'iu')
const WHEN = anyOf('question-when')
const COUNT = anyOf('question-count')
const LIST = anyOf('question-list')
const NOW = anyOf('question-now')
const ENDS_ASKING = /[?؟]\s*(?:\[[^\]]*\]\s*|\p{Extended_Pictographic}\s*)*$/u

/** Behind the question mark stands no more than this: a few emoji, or a note in brackets. */
const END_CHARACTERS = 300

/** Whether a message ends as a question does: who said it wants to know, and tells little. */
export const endsAsQuestion = (text: string): boolean => ENDS_ASKING.test(text.trimEnd().slice(-END_CHARACTERS))

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

const ASKING_STEMS: ReadonlySet<string> = new Set(tokenise(lexiconWords('asking-words').join(' ')).map(stem))

/** Whether a stem belongs to the asking, not to what is asked about. */
export const isAskingStem = (stemmed: string): boolean => ASKING_STEMS.has(stemmed)

/** A capital letter within a sentence: in English, a name. */
const NAME = /(?<=[\p{Ll}\p{N},;:] )\p{Lu}[\p{L}’'-]+/gu

/** Words that are written as names, other than at the beginning of a sentence. */
export const namedWords = (text: string): readonly string[] =>
  [...text.matchAll(NAME)].flatMap(([name]) => tokenise(name))
