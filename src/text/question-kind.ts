/** Determines what kind of answer a question wants, by its wording in English and Hebrew. */
import { emojiAlone, questionWordsOf, wordsOf } from './analyser/analyser.ts'
import { distinctWords, type AskedWord } from './content-stems.ts'
import { lexiconPatterns, lexiconWords, WORD_ENDS, wholeWordsOf } from './lexicons/lexicon.ts'
import { withoutSmallTalk } from './small-talk.ts'
import { tokenise } from './tokenise.ts'

/** What a message asks for, judged only by its wording: English and Hebrew. */
export interface QuestionKind {
  /** It is a question at all. */
  readonly question: boolean
  /** It asks when something happened or happens. */
  readonly when: boolean
  /** It asks for a number. */
  readonly count: boolean
  /** Its answer probably consists of several things, said at several times. */
  readonly list: boolean
  /** It asks for the current state, so that the newest messages count most. */
  readonly now: boolean
}

const LEADS = lexiconPatterns('question-leads').join('|')
const OPENINGS = lexiconPatterns('question-openings').join('|')
const OPENING = new RegExp(`^\\W*(?:(?:${LEADS})[, ]+)?(?:${OPENINGS})${WORD_ENDS}`, 'iu')
const WHEN = wholeWordsOf('question-when')
const COUNT = wholeWordsOf('question-count')
const LIST = wholeWordsOf('question-list')
const NOW = wholeWordsOf('question-now')
const ENDS_ASKING = /[?؟]\s*(?:\[[^\]]*\]\s*|\p{Extended_Pictographic}\s*)*$/u

/** Most characters after the question mark: a few emoji, or a note in brackets. */
const END_CHARACTERS = 300

/** Whether a message ends like a question: its writer wants to know something, and states little. */
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

/** Stems that belong to the wording of a question, not to its subject. */
const ASKING_STEMS: ReadonlySet<string> = new Set(
  wordsOf(lexiconWords('asking-words').join(' ')).map(({ main }) => main),
)

/** Most distinct words of a question that are looked up: a pasted page is not a question. */
const MOST_ASKED = 48

/**
 * The words that a question asks for, without duplicates, and without those that belong to its wording, unless there
 * are no others.
 * @param without stems that are looked up in another way, such as names
 */
export const askedWords = (text: string, without: ReadonlySet<string> = new Set()): readonly AskedWord[] => {
  const about = distinctWords(questionWordsOf(withoutSmallTalk(text)))
    .filter(each => !without.has(each.stem))
    .slice(0, MOST_ASKED)
  if (about.length === 0) {
    const emoji = emojiAlone(text).slice(0, MOST_ASKED)
    return emoji.map(each => ({ stem: each, also: [] }))
  }
  const telling = about.filter(each => !ASKING_STEMS.has(each.stem))
  return telling.length > 0 ? telling : about
}

/** A capital letter within a sentence: in English, a name. */
const NAME = /(?<=[\p{Ll}\p{N},;:] )\p{Lu}[\p{L}’'-]+/gu

/** Words that are written like names, except at the beginning of a sentence. */
export const namedWords = (text: string): readonly string[] =>
  [...text.matchAll(NAME)].flatMap(([name]) => tokenise(name))
