/** Distinguishes words that carry a subject from those that do not. */
import { lexiconWords } from './lexicons/lexicon.ts'
import { tokenise } from './tokenise.ts'

const STOP_WORDS: ReadonlySet<string> = new Set(tokenise(lexiconWords('stop-words').join(' ')))

/** Whether a word from `tokenise` carries no subject of its own. */
export const isStopWord = (word: string): boolean => STOP_WORDS.has(word)
