/** A word of a text in the forms under which a search finds it. */

/** Forms of one word. Two words are the same word if one's `main` or `also` is among the other's. */
export interface Form {
  /** How it is counted and compared. */
  readonly main: string
  /** Under which it may be written as well. */
  readonly also: readonly string[]
  /** What a text with it contains too, and a question for it does not ask for: the year of a date. */
  readonly parts: readonly string[]
}

const NONE: readonly string[] = []

export const form = (main: string, also: readonly string[] = NONE, parts: readonly string[] = NONE): Form => ({
  main,
  also,
  parts,
})
