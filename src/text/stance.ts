/**
 * Determines how the sentences of a text are meant: said by the speaker as true, reported of others, or not meant as
 * true at all (stories, games, wishes, suppositions, jokes, quoted texts). English and Hebrew.
 */
import { isCorrection } from './correction.ts'
import { labelled, lexiconPatterns } from './lexicons/lexicon.ts'
import { asksToRemember, kindOf, type SentenceKind } from './sentence-kind.ts'
import { splitSentences } from './split-sentences.ts'
import { stem } from './stem.ts'
import { relatedTo } from './synonyms.ts'
import { withoutFinalForms } from './fold.ts'
import { SPEAKER_WORDS } from './facts/parse-fact.ts'
import { tokenise } from './tokenise.ts'
import { isCommon } from './word-frequency.ts'

/**
 * `own`: the speaker means it as true. `quoted`: someone else's exact words, in which “I” is another person.
 * `reported`: what others say, in the speaker's words. `unreal`: not meant as true. `retraction`: withdraws what was
 * said before.
 */
export type Stance = 'own' | 'quoted' | 'reported' | 'unreal' | 'retraction'

/** A sentence of a text, with its kind and stance. */
export interface ReadSentence {
  readonly sentence: string
  readonly kind: SentenceKind
  readonly stance: Stance
}

/** How many words of a sentence are examined: a stance shows early. */
const MOST_WORDS = 60
const MOST_CHARACTERS = 600
/** How many quotations of a text are examined. */
const MOST_QUOTATIONS = 50

/** Patterns and what they say about a sentence, in the order in which they are tried. */
const MARKS = ['frame', 'unreal', 'reported', 'retracted'] as const
type Mark = (typeof MARKS)[number]

const patternsByMark = Map.groupBy(labelled(lexiconPatterns('stances')), ([mark]) => mark)

const HEBREW = /[א-ת]/

interface Patterns {
  /** Words that these match are hidden from the others. */
  readonly own: readonly RegExp[]
  readonly marks: readonly (readonly [Mark, RegExp])[]
  readonly labels: readonly RegExp[]
}

/** The patterns of one script. */
const patternsOf = (isOfScript: (pattern: string) => boolean): Patterns => {
  const compiled = (mark: string): readonly RegExp[] =>
    (patternsByMark.get(mark) ?? [])
      .filter(([, pattern]) => isOfScript(pattern))
      .map(([, pattern]) => new RegExp(withoutFinalForms(pattern), 'u'))
  return {
    own: compiled('own'),
    marks: MARKS.flatMap(mark => compiled(mark).map(pattern => [mark, pattern] as const)),
    labels: compiled('label').map(({ source }) => new RegExp(`^${source}$`, 'u')),
  }
}

const IN_HEBREW = patternsOf(pattern => HEBREW.test(pattern))
const IN_LATIN = patternsOf(pattern => !HEBREW.test(pattern))

/** A text may mix both scripts. */
const patternsFor = (text: string): readonly Patterns[] => [
  ...(HEBREW.test(text) ? [IN_HEBREW] : []),
  ...(/[a-z]/.test(text) ? [IN_LATIN] : []),
]

/** Text in quotation marks; a mark inside a word belongs to an abbreviation. */
const QUOTATION = /(?<![\p{L}\p{N}])["“„«״]([^"“”„«»״]{3,2000})["”»״](?![\p{L}\p{N}])/gu
/** A line of a copied message, or a line of a song. */
const COPIED_LINE = /^[^\S\n]{0,20}>.*$/gm
const SUNG_LINE = /^.*[♪♫🎵🎶].*$/gmu
/** A name before a colon, and what follows: “Sara: I live in Rome”, also after a time. */
const LINE_OF_SPEAKER =
  /^(?:\[?[\d:./, -]{4,20}\]?\s{0,3})?(\p{Lu}\p{Ll}{1,20}(?: \p{Lu}\p{Ll}{1,20})?|[א-ת]{2,12}(?: [א-ת]{2,12})?):\s{1,9}(\p{L}+)/u
/** A colon before someone else's words. */
const INTRODUCES = /[:：]\s{0,9}["“„«״']?\p{L}/u
/** A request with a text after a colon. */
const HANDS_OVER = /[:：]\s{0,9}\S/u

/** Whether a sentence states something that its speaker means as true. */
export const isOwnStatement = ({ kind, stance }: ReadSentence): boolean => kind === 'statement' && stance === 'own'

/** The sentences of a text, in order, each read on demand. */
export function* readSentences(text: string): Generator<ReadSentence> {
  let frame: Stance | undefined
  const shown = text.replace(COPIED_LINE, '\n').replace(SUNG_LINE, '\n')
  const quotations = [...shown.matchAll(QUOTATION)].slice(0, MOST_QUOTATIONS).flatMap(([, words = '']) => words)
  const others = quotations.filter(isOthersWords)
  for (const sentence of splitSentences(shown)) {
    const form = kindOf(sentence)
    const kind = form === 'command' && isCorrection(sentence) ? 'statement' : form
    const isAsked = asksToRemember(sentence)
    const mark = isAsked ? undefined : markOf(sentence)
    const stance = isAsked ? 'own' : (frame ?? stanceOf(sentence, mark, others))
    yield { sentence, kind, stance: mark === 'retracted' ? 'retraction' : stance }
    if (mark === 'frame' || (kind === 'command' && HANDS_OVER.test(sentence))) frame ??= 'unreal'
    if (mark === 'reported' && INTRODUCES.test(sentence) && others.length === 0) frame ??= 'quoted'
  }
}

const stanceOf = (sentence: string, mark: Mark | undefined, quotations: readonly string[]): Stance => {
  if (mark === 'frame' || mark === 'unreal') return 'unreal'
  if (quotations.some(words => sentence.includes(words) || words.includes(sentence))) return 'quoted'
  if (isLineOfAnother(sentence)) return 'quoted'
  if (mark === 'reported') return INTRODUCES.test(sentence) ? 'quoted' : 'reported'
  return 'own'
}

/** Whether a sentence is a line of a copied conversation in which someone speaks about themselves. */
const isLineOfAnother = (sentence: string): boolean => {
  const [, name = '', word = ''] = LINE_OF_SPEAKER.exec(sentence) ?? []
  if (name === '' || !isOthersWords(word)) return false
  const words = tokenise(name)
  const label = words.join(' ')
  return (
    !words.map(stem).some(isEveryday) &&
    !patternsFor(label).some(({ labels }) => labels.some(pattern => pattern.test(label)))
  )
}

/** A word that people use for things, and so is probably not a name. */
const isEveryday = (word: string): boolean => isCommon(word) || relatedTo(word).size > 0

const isOthersWords = (quotation: string): boolean => tokenise(quotation).some(word => SPEAKER_WORDS.has(word))

const markOf = (sentence: string): Mark | undefined => {
  const plain = tokenise(sentence.slice(0, MOST_CHARACTERS)).slice(0, MOST_WORDS).join(' ')
  for (const { own, marks } of patternsFor(plain)) {
    const rest = own.reduce((words, pattern) => words.replace(pattern, ' '), plain)
    const found = marks.find(([, pattern]) => pattern.test(rest))
    if (found !== undefined) return found[0]
  }
  return undefined
}
