/** Reads a few words as people write them: with capitals, punctuation, quotes, emoji and "please" around them. */

const WRAPPING = '\\s"\'`“”„‟«»‘’*_~<>\\[\\](){}'
const WRAPPED = new RegExp(`^[${WRAPPING}]+|[${WRAPPING}]+$`, 'gu')
const ENDING = /(?:[\s.,!;:…\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)+$/u
const PLEASE = /^(?:please|pls|בבקשה),?\s+|,?\s+(?:please|pls|בבקשה)$/giu

/** Without the quotes, brackets and marks of formatting that come along when words are copied. */
export const withoutWrapping = (text: string): string => text.replace(WRAPPED, '')

/** The words alone, in small letters, with single spaces. A question mark stays, for it makes a question of them. */
export const plainWords = (text: string): string =>
  withoutWrapping(
    withoutWrapping(text.normalize('NFKC').trim().replace(ENDING, '')).replace(PLEASE, '').replace(ENDING, ''),
  )
    .replace(/\s+/g, ' ')
    .toLowerCase()
