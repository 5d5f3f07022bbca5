/**
 * Splits texts into words as written, for patterns and names. Searches use `wordsOf` and `questionWordsOf` of the
 * analyser.
 */
import { fold, inSmallLetters } from './fold.ts'

const WORD = /[\p{L}\p{M}\p{N}]+/gu

/**
 * Words of a text in lower case, in order: no punctuation, no possessive `'s`, no accents or vowel points, and Hebrew
 * final letters in their common form, so that a word compares equal everywhere.
 */
export const tokenise = (text: string): string[] => wordsInFolded(fold(text))

/** Words of a text that was already folded. */
export const wordsInFolded = (folded: string): string[] => inSmallLetters(folded).match(WORD) ?? []
