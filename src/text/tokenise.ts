/** Cuts texts into words as they are written, for patterns and names. The search takes `wordsOf` and `questionWordsOf` of the analyser. */
import { fold, inSmallLetters } from './fold.ts'

const WORD = /[\p{L}\p{M}\p{N}]+/gu

/**
 * Words of a text in lower case, in their order: no punctuation, no possessive `'s`, no accents or vowel points, and
 * Hebrew final letters in their common form, so that a word compares equal wherever it stands.
 */
export const tokenise = (text: string): string[] => wordsInFolded(fold(text))

/** Words of a text that `fold` has been through. */
export const wordsInFolded = (folded: string): string[] => inSmallLetters(folded).match(WORD) ?? []
