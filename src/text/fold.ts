/** Brings texts into the form in which words are compared: one form for letters that are written in several ways. */

/**
 * More marks on one letter than any script has. Sorting marks takes time quadratic in their number, so longer sequences
 * are cut, as Unicode's stream-safe text format does (UAX #15, section 13).
 */
const MARKS_WITHOUT_END = /(\p{M}{30})\p{M}+/gu

/** One character may expand to eighteen letters; a long text of such characters only is left as it is. */
const MOST_EXPANSION = 3
const SHORT_CHARACTERS = 1000

/** A text in Unicode's compatibility form (NFKC), in time linear in its length. */
export const inCompatibilityForm = (text: string): string => {
  const form = text.replace(MARKS_WITHOUT_END, '$1').normalize('NFKC')
  return form.length > MOST_EXPANSION * text.length + SHORT_CHARACTERS ? text : form
}

const FINAL_FORMS: Readonly<Record<string, string>> = { ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' }

/**
 * Replaces Hebrew final letters by their common form. Apply it to a pattern too before matching it with folded words.
 */
export const withoutFinalForms = (text: string): string =>
  text.replace(/[ךםןףץ]/g, letter => FINAL_FORMS[letter] ?? letter)

/** English and Hebrew text without marks, and with the usual punctuation: only final letters need folding. */
const PLAIN = /^[\t\n\r -~\u05be\u05d0-\u05ea\u05f3\u05f4\u2013\u2014\u2018-\u201d\u2026]*$/

/**
 * Marks that change the sound of a letter, but not the word: accents (except the breve of й, which is a different
 * letter from и), Hebrew points and cantillation (the maqaf U+05BE joins words and is not a mark), Arabic vowels and
 * the elongation line. Scripts of India and Thailand write vowels as marks: theirs stay.
 */
const SOUND_MARKS =
  /([\u0418\u0438]\u0306)|[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]|\u0640/g

/** Letters that Unicode does not decompose, and how people write them without a key for them. */
const SAME_LETTERS: ReadonlyMap<string, string> = new Map(
  [
    'ß:ss ẞ:SS ł:l Ł:L ø:o Ø:O đ:d Đ:D ð:d Ð:D þ:th Þ:TH æ:ae Æ:AE œ:oe Œ:OE ı:i ħ:h Ħ:H ς:σ װ:וו ױ:וי ײ:יי',
    'ى:ي ی:ي ې:ي ة:ه ە:ه ہ:ه ھ:ه ک:ك ٱ:ا ٬:, ٫:.',
  ]
    .join(' ')
    .split(' ')
    .map(pair => [pair.charAt(0), pair.slice(2)]),
)
const SAME_LETTER = new RegExp(`[${[...SAME_LETTERS.keys()].join('')}]`, 'g')

/** Joiners inside words of Persian and Indian scripts. */
const JOINERS = /[\u200c\u200d]/g
/** Figures of other scripts. */
const FIGURE = /[\p{Nd}--[0-9]]/gv
const IS_FIGURE = /\p{Nd}/u
const LAST_FIGURE = 9

/** The figures of a script are contiguous, from zero to nine. */
const figureOf = (figure: string): string => {
  const code = figure.codePointAt(0) ?? 0
  let value = 0
  while (value < LAST_FIGURE && IS_FIGURE.test(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}

/** Marks inside a Hebrew abbreviation or loan sound, in every form that keyboards give them: צה״ל, ג׳ירפה, צה''ל. */
const HEBREW_INNER_MARKS = /(?<=[א-ת])["'׳״‘’“”`´]{1,2}(?=[א-ת])/g
/** An article that loses its vowel: l'école, d'Artagnan. */
const ELISION = /(?<!\p{L})(?:[cdjlmnst]|qu)['’](?=[aeiouh])/giu
/** Turkish suffixes after a name: İstanbul'da, Ankara’nın. */
const TURKISH_ENDING =
  /(?<=\p{L}{2})['’](?:n?[dt][ae]n?|n?[iu]n|[yn][iu]|y[ae]|y?l[ae]|d[ae]ki|l[iu]|s[iu]z)(?!\p{L})/gu
/** The possessive, and the apostrophe inside a word: Dana's, don't. */
const POSSESSIVE = /['’]s(?![\p{L}\p{N}])/giu
const INNER_APOSTROPHE = /(?<=\p{L})['’](?=\p{L})/gu
const APOSTROPHE = /['’]/

/**
 * A text with its words in a comparable form, except for capitals: no accents, vowel points or marks inside words, no
 * possessive, letters and figures of one kind, and Hebrew final letters in their common form. Converting it to lower
 * case does not change its length.
 */
export const fold = (text: string): string => {
  const plain = PLAIN.test(text) ? text : withoutMarks(text)
  const joined = plain.replace(HEBREW_INNER_MARKS, '')
  const words = APOSTROPHE.test(joined)
    ? joined.replace(POSSESSIVE, '').replace(TURKISH_ENDING, '').replace(ELISION, '').replace(INNER_APOSTROPHE, '')
    : joined
  return withoutFinalForms(words)
}

const withoutMarks = (text: string): string =>
  inCompatibilityForm(text)
    .normalize('NFD')
    .replace(SOUND_MARKS, '$1')
    .normalize('NFC')
    .replace(SAME_LETTER, letter => SAME_LETTERS.get(letter) ?? letter)
    .replace(JOINERS, '')
    .replace(FIGURE, figureOf)

/** A folded text in lower case, with the same length: a final sigma becomes an ordinary one. */
export const inSmallLetters = (folded: string): string => folded.toLowerCase().replace(/ς/g, 'σ')
