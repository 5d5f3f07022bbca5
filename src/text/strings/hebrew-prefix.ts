/** Attaches the Hebrew prefixes (and, in, to, from, that, the, as) to the following words. */

const HEBREW_LETTER = /^[א-ת]/

/** `ו` and `זיכרון` → `וזיכרון`; numbers and words in other letters take a hyphen: `ו-3 זיכרונות`. */
export const withPrefix = (prefix: string, word: string): string =>
  HEBREW_LETTER.test(word) ? `${prefix}${word}` : `${prefix}-${word}`
