/** The subject of a text as stems, weighed by how much they say. */
import { lexiconWords } from '../../text/lexicons/lexicon.ts'
import { stem } from '../../text/stem.ts'
import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'

const WEAK_WEIGHT = 0.5
const WEAK: ReadonlySet<string> = new Set(tokenise(lexiconWords('weak-words').join(' ')).map(stem))

/** A word in its common form; `weight` is 1, or less for a word that says little. */
export interface WeighedStem {
  readonly stem: string
  readonly weight: number
}

/** Subject words of a text in their order, repetitions included; all its words when it has no other. */
export const weighedStems = (text: string): WeighedStem[] => {
  const words = tokenise(text)
  const subjects = words.filter(word => !isStopWord(word))
  return (subjects.length > 0 ? subjects : words).map(word => {
    const stemmed = stem(word)
    return { stem: stemmed, weight: WEAK.has(stemmed) ? WEAK_WEIGHT : 1 }
  })
}
