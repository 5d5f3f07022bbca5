/**
 * Recognises statements that something ended: a job, a friendship, a life, an ownership. They concern earlier statements
 * that name the same thing, whatever else these say: “I quit my job at Intel” and “I work at Intel”.
 */
import { once } from '../../platform/once.ts'
import { clausesOf } from '../clauses.ts'
import { subjectStems } from '../content-stems.ts'
import { withoutFinalForms } from '../fold.ts'
import { lexiconLines, lexiconPatterns, lexiconWords } from '../lexicons/lexicon.ts'
import { isOwnStatement, readSentences } from '../stance.ts'
import { tokenise } from '../tokenise.ts'
import { isCommon, isEveryday } from '../word-frequency.ts'
import { parseFact } from './parse-fact.ts'
import { isFigure } from './replacement.ts'
import { KEY_MARK } from './statement-keys.ts'

const CUE = lexiconPatterns('endings').map(withoutFinalForms).join('|')
const ENDING = new RegExp(`(?<!\\S)(?:${CUE})(?!\\S)`, 'u')
/** The same for a text of several sentences, where “$” does not say where one ends. */
const MAY_END = new RegExp(`(?<!\\S)(?:${CUE.replaceAll('$', '')})`, 'u')
/** Stems of the words of endings, which name nothing. */
const cues = once(
  () =>
    new Set(
      subjectStems(
        lexiconLines('endings')
          .join(' ')
          .replace(/\\S|[^\p{L}\s]/gu, ' '),
      ),
    ),
)
const negations = once(() => new Set(tokenise(lexiconWords('negations').join(' '))))

/** What follows these words is what ended. */
const INSTEAD = /(?: of| במקומ)$/u

/** How much of the beginning of a text is read. */
const MOST_CHARACTERS = 2000
const MOST_WORDS = 12
/** A longer text is a document or a story: what ends in it says nothing about earlier statements. */
const MOST_NEWS_CHARACTERS = 500
/** Common words that both statements must contain if they share neither a rare one nor all. */
const LEAST_COMMON_WORDS = 2

/** A sentence that says that something ended. */
export interface Ending {
  /** The whole sentence: its other clauses often say what holds instead. */
  readonly sentence: string
  /** Stems of the things that it names. */
  readonly things: ReadonlySet<string>
}

/** What a text says has ended. @param speaker the words of the speaker's names */
export const endingsIn = (text: string, speaker: ReadonlySet<string>): readonly Ending[] => {
  const found: Ending[] = []
  // Most messages end nothing: they need not be read sentence by sentence.
  if (text.length > MOST_NEWS_CHARACTERS || !MAY_END.test(tokenise(text).join(' '))) return found
  for (const read of readSentences(text)) {
    if (!isOwnStatement(read)) continue
    for (const clause of clausesOf(read.sentence)) {
      const plain = tokenise(clause).join(' ')
      const cue = ENDING.exec(plain)
      if (cue === null || isDenied(plain.slice(0, cue.index), cue[0])) continue
      const { time } = parseFact(clause, speaker)
      if (time === 'later' || time === 'maybe') continue
      // “Tom and I broke up” names who is meant outside of the clause.
      const after = plain.slice(cue.index + cue[0].length)
      const named = thingsIn(INSTEAD.test(cue[0]) ? after : clause, speaker)
      const things = named.size > 0 ? named : thingsIn(read.sentence, speaker)
      if (things.size > 0) found.push({ sentence: read.sentence, things })
    }
  }
  return found
}

const isDenied = (before: string, cue: string): boolean =>
  !/^(?:no|not|כבר)(?!\p{L})/u.test(cue) && before.split(' ').some(word => negations().has(word))

/** The things that a text names: its words besides those that occur in any talk, days and numbers. */
export const thingsIn = (text: string, speaker: ReadonlySet<string>): ReadonlySet<string> =>
  thingsAmong(subjectStems(text.slice(0, MOST_CHARACTERS)), speaker)

/** The same, for a text whose stems are known. */
export const thingsAmong = (stems: readonly string[], speaker: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    stems
      .filter(stem => !isEveryday(stem) && !cues().has(stem) && !isFigure(stem) && !speaker.has(stem))
      .slice(0, MOST_WORDS),
  )

/** Whether an ending concerns a statement that names these things. */
export const mayEnd = ({ things }: Ending, named: ReadonlySet<string>): boolean => {
  const shared = [...things.intersection(named)]
  if (shared.length === 0) return false
  return shared.length === things.size || shared.length >= LEAST_COMMON_WORDS || shared.some(stem => !isCommon(stem))
}

/** Every key of an ending begins with it. */
export const ENDING_MARK = `${KEY_MARK}end:`

/** The keys under which endings of these things are found. */
export const endingKeys = (things: Iterable<string>): readonly string[] =>
  [...things].map(stem => `${ENDING_MARK}${stem}`)
