/** Numbers written as words, in all languages: the one table for reading dates and facts. */
import { labelled, lexiconLines } from './lexicons/lexicon.ts'

/** `two` → 2, `שניים` → 2; words as they are spelt, final letters included. */
export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  labelled(lexiconLines('numbers')).flatMap(([number, words]) =>
    words.split(' ').map(word => [word, Number(number)] as const),
  ),
)
