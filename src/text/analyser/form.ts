/** The forms under which a search finds a word. */

/** Forms of one word. Two words are the same word if `main` or one of `also` of the one is among those of the other. */
export interface Form {
  /** The form that is counted and compared. */
  readonly main: string
  /** Other ways to write it. */
  readonly also: readonly string[]
  /** Words that a text with it contains too, but that a question with it does not ask for: the year of a date. */
  readonly parts: readonly string[]
}

const NONE: readonly string[] = []

export const form = (main: string, also: readonly string[] = NONE, parts: readonly string[] = NONE): Form => ({
  main,
  also,
  parts,
})
