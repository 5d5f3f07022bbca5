/** How many messages contain which words, for the scores: constant while the archive grows by up to one percent. */
import type { Columns } from './columns.ts'
import type { LetterRange, PartReader } from './index-part.ts'
import type { WordKnowledge } from './resolve-query.ts'

/** The counts are refreshed when the archive has grown or shrunk by this share. */
const GROWTH = 0.01
/** How many words' counts are kept. */
const MOST_KEPT = 50_000

/**
 * With exact counts, scores would change slightly with every new message. All scores use the counts of one point in
 * time, so that earlier results remain valid and can be cached.
 */
export class WordStatistics implements WordKnowledge {
  readonly #reader: PartReader
  readonly #columns: Columns
  readonly #found = new Map<string, number>()
  #present = 0
  #average = 1
  #losses = -1
  #epoch = 0

  constructor(reader: PartReader, columns: Columns) {
    this.#reader = reader
    this.#columns = columns
  }

  get present(): number {
    return this.#present
  }

  get average(): number {
    return this.#average
  }

  /** Refreshes the counts if they are too old. @returns a number that increases each time */
  refresh(): number {
    const { present, words, losses } = this.#columns
    if (losses === this.#losses && Math.abs(present - this.#present) <= GROWTH * this.#present) return this.#epoch
    this.#present = present
    this.#average = present === 0 ? 1 : Math.max(1, words / present)
    this.#losses = losses
    this.#found.clear()
    return ++this.#epoch
  }

  found(term: string): number {
    const known = this.#found.get(term)
    if (known !== undefined) return known
    let found = 0
    for (const part of this.#reader.parts) found += this.#reader.postings(part, term)?.found ?? 0
    // A word that is not there yet may come with the next message.
    if (found > 0) {
      if (this.#found.size >= MOST_KEPT) this.#found.clear()
      this.#found.set(term, found)
    }
    return found
  }

  completions(beginning: string, limit: number): readonly string[] {
    return this.#reader.completions(beginning, limit)
  }

  spellings(beginning: string, letters: LetterRange, limit: number): readonly string[] {
    return this.#reader.spellings(beginning, letters, limit)
  }
}
