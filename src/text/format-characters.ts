/** Removes the format characters that keyboards, phones and other programs add to people's texts. */

/** Invisible characters: direction marks, zero-width characters, soft hyphens, byte order marks. */
const INVISIBLE = /[[\p{Cf}&&\p{Default_Ignorable_Code_Point}]--[\u{e0020}-\u{e007f}\u200c-\u200d]]/gv

/** Tags belong only to the flags of regions; elsewhere they can hide words. */
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f})|[\u{e0020}-\u{e007f}]+/gu

/** Scripts in which joiners decide how words are read. */
const JOINING =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}' +
  '\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Mymr}\\p{scx=Khmr}\\p{scx=Tibt}'
const LETTER = `[[${JOINING}]&&[\\p{L}\\p{M}]]`
/** Characters before and after the joiner of a combined emoji. */
const EMOJI_BEFORE = '[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f\\u20e3]'
const EMOJI_AFTER = '\\p{Extended_Pictographic}'

/** Joiners within words and emoji, of which the first is kept, and all others. */
const JOINERS = new RegExp(
  `(?<=${LETTER})([\\u200c\\u200d])[\\u200c\\u200d]*(?=${LETTER})|(?<=${EMOJI_BEFORE})(\\u200d)\\u200d*(?=${EMOJI_AFTER})|[\\u200c\\u200d]+`,
  'gv',
)

const FORMAT = /\p{Cf}/u

/** The text as a person sees it. Joiners stay if they belong to a word or an emoji; nothing else is changed. */
export const withoutFormatCharacters = (text: string): string =>
  FORMAT.test(text) ? text.replace(INVISIBLE, '').replace(TAGS, '$1').replace(JOINERS, '$1$2') : text
