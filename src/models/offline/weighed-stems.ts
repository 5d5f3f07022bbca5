/** The subject of a text as stems, weighted by how informative they are. */
import { questionWordsOf, wordsOf, type Word } from '../../text/analyser/analyser.ts'
import { lexiconWords } from '../../text/lexicons/lexicon.ts'

const WEAK_WEIGHT = 0.5
const WEAK: ReadonlySet<string> = new Set(wordsOf(lexiconWords('weak-words').join(' ')).map(({ main }) => main))

/** A word in its common form; `weight` is 1, or less for a word that says little. */
export interface WeighedStem {
  readonly stem: string
  readonly weight: number
}

/** A word of a question, with other forms in which a text may contain it. */
interface WeighedWord extends WeighedStem {
  readonly also: readonly string[]
}

/** Subject words of a text in their order, repetitions included; all its words if it has no subject words. */
export const weighedStems = (text: string): WeighedStem[] => weighed(wordsOf(text))

/** The same for a question. */
export const weighedQuestion = (question: string): WeighedWord[] => weighed(questionWordsOf(question))

const weighed = (words: readonly Word[]): WeighedWord[] => {
  const subjects = words.filter(({ stop }) => !stop)
  return (subjects.length > 0 ? subjects : words).map(({ main, also }) => ({
    stem: main,
    also,
    weight: WEAK.has(main) ? WEAK_WEIGHT : 1,
  }))
}
