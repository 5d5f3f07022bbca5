/** Looks up which words a text contains, so that patterns that need others are not tried on it. */
import { entryOf } from '../../platform/entry-of.ts'

/** A text contains one of these, in lower case, or the pattern does not match it; `undefined`: the pattern may match any. */
export type PatternNeeds = readonly string[] | undefined

/** Stands for any digit among the needs of a pattern. */
export const ANY_DIGIT = '\\d'

/** The words of one text; each is searched for once. */
export class ContainedWords {
  readonly #text: string
  readonly #known = new Map<string, boolean>()

  constructor(text: string) {
    // Patterns ignore case, and take a long s for an s.
    this.#text = text.toLowerCase().replaceAll('ſ', 's')
  }

  /** `false`: a pattern with these needs does not match. */
  mayMatch(needs: PatternNeeds): boolean {
    return needs === undefined || needs.some(each => this.#contains(each))
  }

  #contains(word: string): boolean {
    return entryOf(this.#known, word, () => (word === ANY_DIGIT ? /\d/.test(this.#text) : this.#text.includes(word)))
  }
}
