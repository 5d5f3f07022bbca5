/** Normalises a few words as people write them: with capitals, punctuation, quotes, emoji and "please" around them. */
import { inCompatibilityForm } from '../../text/fold.ts'
import { rowAtEnd } from '../../platform/row-at-end.ts'

const WRAPPING = '[\\s"\'`“”„‟«»‘’*_~<>\\[\\](){}]'
const WRAPPED = new RegExp(`^${WRAPPING}+|${rowAtEnd(WRAPPING)}`, 'gu')
const ENDING = new RegExp(rowAtEnd('[\\s.,!;:…\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]'), 'u')
const PLEASE = /^(?:please|pls|בבקשה),? |,? (?:please|pls|בבקשה)$/giu

/** Removes quotes, brackets and formatting marks that copied words bring along. */
export const withoutWrapping = (text: string): string => text.replace(WRAPPED, '')

/** Only the words, in lower case, with single spaces. A question mark stays, because it makes them a question. */
export const plainWords = (text: string): string =>
  withoutWrapping(
    withoutWrapping(inCompatibilityForm(text).replace(/\s+/g, ' ').trim().replace(ENDING, ''))
      .replace(PLEASE, '')
      .replace(ENDING, ''),
  ).toLowerCase()
