/** The data of the index that a search reads: its parts, and the words of each. */
import type { TermPostings } from './term-postings.ts'

/** A range of sequence numbers whose messages are indexed together. */
export interface IndexPart {
  readonly part: number
  /** Sequence numbers, both inclusive; they span at most `PART_RANGE`. */
  readonly first: number
  readonly last: number
  readonly messages: number
}

/** Both included. */
export interface LetterRange {
  readonly least: number
  readonly most: number
}

/** Reads the words of parts. */
export interface PartReader {
  /** In the order of their messages. */
  readonly parts: readonly IndexPart[]
  /** `undefined` if no message of the part contains the word. */
  postings(part: IndexPart, term: string): TermPostings | undefined
  /** Those of several words together: made by `join` when they are asked for the first time, and kept. */
  joined(part: IndexPart, terms: readonly string[], join: () => TermPostings | undefined): TermPostings | undefined
  /** The positions of a word, which the part must contain. */
  positions(part: IndexPart, term: string): Uint8Array
  /** The most common words with this beginning. */
  completions(beginning: string, limit: number): readonly string[]
  /** The same of words of so many letters, as they are written; some of them twice. */
  spellings(beginning: string, letters: LetterRange, limit: number): readonly string[]
}
