/** Brings texts into the form in which words are compared: one form for letters that are written in several ways. */

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

/** Hebrew final letters in their common form. A pattern needs this too before it is matched with folded words. */
export const withoutFinalForms = (text: string): string =>
  text.replace(/[ךםןףץ]/g, letter => FINAL_FORMS[letter] ?? letter)

/** English and Hebrew without marks, figures and the usual punctuation: nothing but final letters to fold. */
const PLAIN = /^[\t\n\r -~\u05be\u05d0-\u05ea\u05f3\u05f4\u2013\u2014\u2018-\u201d\u2026]*$/

/**
 * Marks that change how a letter sounds, not which word it is: accents (but for the breve of й, which is another letter
 * than и), Hebrew points and cantillation (the maqaf U+05BE joins words and is not a mark), Arabic vowels and the stretched
 * line. Scripts of India and Thailand write vowels as marks: theirs stay.
 */
const SOUND_MARKS =
  /([\u0418\u0438]\u0306)|[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]|\u0640/g

/** Letters that Unicode does not take apart, and how people write them without the key for them. */
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

/** Joiners that Persian and Indian scripts have inside words. */
const JOINERS = /[\u200c\u200d]/g
/** Figures of other scripts. */
const FIGURE = /[\p{Nd}--[0-9]]/gv
const IS_FIGURE = /\p{Nd}/u
const LAST_FIGURE = 9

/** Figures of a script stand in a row, from zero to nine. */
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
/** Turkish endings behind a name: İstanbul'da, Ankara’nın. */
const TURKISH_ENDING =
  /(?<=\p{L}{2})['’](?:n?[dt][ae]n?|n?[iu]n|[yn][iu]|y[ae]|y?l[ae]|d[ae]ki|l[iu]|s[iu]z)(?!\p{L})/gu
/** The possessive, and the apostrophe inside a word: Dana's, don't. */
const POSSESSIVE = /['’]s(?![\p{L}\p{N}])/giu
const INNER_APOSTROPHE = /(?<=\p{L})['’](?=\p{L})/gu
const APOSTROPHE = /['’]/

/**
 * A text with its words in a comparable form, but for capitals: no accents, vowel points or marks inside words, no
 * possessive, letters and figures of one kind, and Hebrew final letters in their common form. In lower case it has as
 * many characters.
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

/** A folded text in small letters, with as many characters: a sigma that ends a word is any sigma. */
export const inSmallLetters = (folded: string): string => folded.toLowerCase().replace(/ς/g, 'σ')
