/** What kind of answer a question wants, judged by its wording in English and Hebrew. */
import { emojiAlone, questionWordsOf, wordsOf } from './analyser/analyser.ts'
import { lexiconPatterns, lexiconWords, WORD_ENDS, wholeWordsOf } from './lexicons/lexicon.ts'
import { withoutSmallTalk } from './small-talk.ts'
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

const LEADS = lexiconPatterns('question-leads').join('|')
const OPENINGS = lexiconPatterns('question-openings').join('|')
const OPENING = new RegExp(`^\\W*(?:(?:${LEADS})[, ]+)?(?:${OPENINGS})${WORD_ENDS}`, 'iu')
const WHEN = wholeWordsOf('question-when')
const COUNT = wholeWordsOf('question-count')
const LIST = wholeWordsOf('question-list')
const NOW = wholeWordsOf('question-now')
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

const ASKING_STEMS: ReadonlySet<string> = new Set(
  wordsOf(lexiconWords('asking-words').join(' ')).map(({ main }) => main),
)

/** Whether a stem belongs to the asking, not to what is asked about. */
export const isAskingStem = (stemmed: string): boolean => ASKING_STEMS.has(stemmed)

/** Distinct words of a question that are looked up: a page that is pasted in is no question. */
const MOST_ASKED = 48

/** A word that a question asks for. */
export interface AskedWord {
  readonly stem: string
  /** Forms in which a text may hold it instead: any of them is the word. */
  readonly also: readonly string[]
}

/**
 * The words that a question asks for, each once: without those that belong to the asking, unless there are no others.
 * @param without stems that are looked up in another way, such as names
 */
export const askedWords = (text: string, without: ReadonlySet<string> = new Set()): readonly AskedWord[] => {
  const distinct = new Map<string, ReadonlySet<string>>()
  for (const { main, also, stop } of questionWordsOf(withoutSmallTalk(text))) {
    if (stop || without.has(main)) continue
    distinct.set(main, new Set([...(distinct.get(main) ?? []), ...also]))
  }
  const about = [...distinct].slice(0, MOST_ASKED).map(([main, also]) => ({ stem: main, also: [...also] }))
  if (about.length === 0)
    return emojiAlone(text)
      .slice(0, MOST_ASKED)
      .map(each => ({ stem: each, also: [] }))
  const telling = about.filter(each => !isAskingStem(each.stem))
  return telling.length > 0 ? telling : about
}

/** Whether a text with these forms of words (`formsIn`) contains a word that is asked for. */
export const containsWord = (
  forms: ReadonlySet<string>,
  { stem: main, also }: Pick<AskedWord, 'stem' | 'also'>,
): boolean => forms.has(main) || also.some(each => forms.has(each))

/** A capital letter within a sentence: in English, a name. */
const NAME = /(?<=[\p{Ll}\p{N},;:] )\p{Lu}[\p{L}’'-]+/gu

/** Words that are written as names, other than at the beginning of a sentence. */
export const namedWords = (text: string): readonly string[] =>
  [...text.matchAll(NAME)].flatMap(([name]) => tokenise(name))
