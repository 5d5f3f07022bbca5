/** Compares messages that programs repeat: equal, or equal except for a counter, a time or a name. */

/** How much of a text is compared; a longer one is recognised by its beginning. */
const COMPARED_CHARACTERS = 2000
/** A text with fewer letters and digits says little: people repeat "ok" and "thank you" too. */
const SHORT_CHARACTERS = 12
/** Two texts with at least this share of common words are the same except for details. */
const SIMILAR_SHARE = 0.8

/** A text in the form in which it is compared. */
export interface ComparedText {
  /** Only letters and digits. */
  readonly exact: string
  /** Its words without numbers. */
  readonly words: ReadonlySet<string>
  /** Too short to recognise a program by it. */
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

/** Whether two texts are the same except for punctuation, capitals and emoji. */
export const isEqual = (one: ComparedText, other: ComparedText): boolean => one.exact === other.exact

/** Whether two texts share nearly all of their words, numbers aside. */
export const isSimilar = (one: ComparedText, other: ComparedText): boolean => {
  if (one.words.size === 0 || other.words.size === 0) return one.exact === other.exact
  let common = 0
  for (const word of one.words) if (other.words.has(word)) common += 1
  return common / (one.words.size + other.words.size - common) >= SIMILAR_SHARE
}
