/** Cuts texts into comparable words: English, Hebrew, and any other script with spaces between its words. */

/** Hebrew vowel points and cantillation marks; the maqaf (U+05BE) joins words and is no mark. */
const HEBREW_POINTS = /[\u0591-\u05bd\u05bf-\u05c7]/g
/** Marks inside a Hebrew abbreviation or loan sound: צה״ל, ג׳ירפה. */
const HEBREW_INNER_MARKS = /(?<=[א-ת])["'׳״](?=[א-ת])/g
/** The possessive and the apostrophe inside a word: Dana's, don't. */
const POSSESSIVE = /['’]s(?![\p{L}\p{N}])/gu
const INNER_APOSTROPHE = /(?<=\p{L})['’](?=\p{L})/gu
const WORD = /[\p{L}\p{M}\p{N}]+/gu

/**
 * So many marks on one letter that no script has them. To bring marks into their order takes time by the square of their
 * number, so a longer row of them is cut, as Unicode's stream-safe text format does (UAX #15, section 13).
 */
const MARKS_WITHOUT_END = /(\p{M}{30})\p{M}+/gu

/** One sign may stand for eighteen letters; a long text of such signs alone is left as it is. */
const MOST_EXPANSION = 3
const SHORT_CHARACTERS = 1000

/** A text in Unicode's compatibility form (NFKC), in time that grows with its length alone. */
export const inCompatibilityForm = (text: string): string => {
  const form = text.replace(MARKS_WITHOUT_END, '$1').normalize('NFKC')
  return form.length > MOST_EXPANSION * text.length + SHORT_CHARACTERS ? text : form
}

const FINAL_FORMS: Readonly<Record<string, string>> = { ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' }

/** Hebrew final letters in their common form. A pattern needs this too before it is matched with tokenised words. */
export const withoutFinalForms = (text: string): string =>
  text.replace(/[ךםןףץ]/g, letter => FINAL_FORMS[letter] ?? letter)

/**
 * Words of a text in lower case, in their order: no punctuation, no possessive `'s`, no vowel points, and Hebrew final
 * letters in their common form, so that a word compares equal wherever it stands.
 */
export const tokenise = (text: string): string[] =>
  inCompatibilityForm(text)
    .toLowerCase()
    .replace(HEBREW_POINTS, '')
    .replace(HEBREW_INNER_MARKS, '')
    .replace(POSSESSIVE, '')
    .replace(INNER_APOSTROPHE, '')
    .match(WORD)
    ?.map(withoutFinalForms) ?? []
