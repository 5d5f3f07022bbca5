/** What the index knows about the words of some scopes: a search must not reveal words of others. */
import type { Columns } from './columns.ts'
import { FilterMask, type ColumnFilter, type Passing } from './filters.ts'
import type { IndexPart, LetterRange, PartReader } from './index-part.ts'
import type { WordKnowledge } from './resolve-query.ts'
import { emptyBlock } from './term-postings.ts'

/** How many words with a beginning are looked up: the most common ones in the archive. */
const MOST_LOOKED_UP = 1000

const EVERYTHING = { after: 0, up_to: Number.MAX_SAFE_INTEGER }

/**
 * The same counts as for everyone, so that scores remain the same; except that a word that no message of the scopes
 * contains has the count 0.
 */
export class WordsOfScopes implements WordKnowledge {
  readonly #known: WordKnowledge
  readonly #reader: PartReader
  readonly #parts: readonly { readonly part: IndexPart; readonly passing: Passing }[]
  readonly #contained = new Map<string, boolean>()

  /** @param filter accepts the messages of the scopes */
  constructor(known: WordKnowledge, reader: PartReader, columns: Columns, filter: ColumnFilter) {
    this.#known = known
    this.#reader = reader
    const masks = new FilterMask(columns, filter)
    this.#parts = reader.parts.flatMap(part => {
      const passing = masks.of(part, EVERYTHING)
      return passing.count === 0 ? [] : [{ part, passing }]
    })
  }

  get present(): number {
    return this.#known.present
  }

  get average(): number {
    return this.#known.average
  }

  found(term: string): number {
    let contained = this.#contained.get(term)
    if (contained === undefined) {
      contained = this.#parts.some(({ part, passing }) => this.#contains(part, passing, term))
      this.#contained.set(term, contained)
    }
    return contained ? this.#known.found(term) : 0
  }

  /** The result includes words of others; `found` tells them apart. */
  completions(beginning: string, limit: number): readonly string[] {
    return this.#known.completions(beginning, Math.max(limit, MOST_LOOKED_UP))
  }

  spellings(beginning: string, letters: LetterRange, limit: number): readonly string[] {
    return this.#known.spellings(beginning, letters, limit)
  }

  #contains(part: IndexPart, passing: Passing, term: string): boolean {
    const postings = this.#reader.postings(part, term)
    if (postings === undefined) return false
    const block = emptyBlock()
    for (let number = 0; number < postings.blocks; number++) {
      postings.decode(number, block)
      for (let at = 0; at < block.size; at++) if (passing.has(block.offsets[at] ?? 0)) return true
    }
    return false
  }
}
