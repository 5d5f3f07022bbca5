/** Compares messages as programs repeat them: equal, or equal but for a counter, a time or a name. */

/** Characters of a text that are compared; a longer one is recognised by its beginning. */
const COMPARED_CHARACTERS = 2000
/** A text with fewer letters and digits says little: people repeat "ok" and "thank you" too. */
const SHORT_CHARACTERS = 12
/** Share of words in common from which two texts are the same but for details. */
const SIMILAR_SHARE = 0.8

/** A text as it is compared. */
export interface ComparedText {
  /** Letters and digits alone. */
  readonly exact: string
  /** Its words without numbers. */
  readonly words: ReadonlySet<string>
  /** Too short to recognise a program by. */
  readonly short: boolean
}

export const comparedText = (text: string): ComparedText => {
  const tokens = text
    .slice(0, COMPARED_CHARACTERS)
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu)
  const exact = (tokens ?? []).join(' ')
  const words = new Set((tokens ?? []).filter(token => !/\p{N}/u.test(token)))
  return { exact, words, short: exact.replaceAll(' ', '').length < SHORT_CHARACTERS }
}

/** Whether two texts are the same but for punctuation, capitals and emoji. */
export const isEqual = (one: ComparedText, other: ComparedText): boolean => one.exact === other.exact

/** Whether two texts share nearly all of their words, numbers aside. */
export const isSimilar = (one: ComparedText, other: ComparedText): boolean => {
  if (one.words.size === 0 || other.words.size === 0) return one.exact === other.exact
  let common = 0
  for (const word of one.words) if (other.words.has(word)) common += 1
  return common / (one.words.size + other.words.size - common) >= SIMILAR_SHARE
}
