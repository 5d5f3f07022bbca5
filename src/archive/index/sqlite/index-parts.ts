/** The parts of the archive's index in SQLite: reads their words, and keeps what was read last in memory. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { IndexPart, PartReader } from '../index-part.ts'
import { WRITTEN_MARK } from '../part-builder.ts'
import { TermPostings } from '../term-postings.ts'
import type { EncodedPostings } from '../posting-encoder.ts'
import { wordIn, type FoundWord } from '../word-pages.ts'

/** Words that were read last and are kept decoded, in bytes. */
const CACHE_BYTES = 48 * 2 ** 20
/** What the entry of a word that a part does not contain takes, about. */
const MISS_BYTES = 100
/** Ends the range of all words that begin so. */
const AFTER_ALL = '\u{10ffff}'

/** The table of a part's words, in pages. Numbers are used again, so that the statements for them are few. */
export const wordsTable = (part: number): string => `words_${String(part)}`

export class IndexParts implements PartReader {
  readonly #database: Database
  readonly #cache = new Map<string, TermPostings | undefined>()
  #cached_bytes = 0
  #parts: readonly IndexPart[] = []
  /** For each part one that no other had: numbers are used again. */
  #generations = new Map<number, number>()
  #generation = 0

  constructor(database: Database) {
    this.#database = database
    this.reload()
  }

  get parts(): readonly IndexPart[] {
    return this.#parts
  }

  /** Reads anew which parts there are. */
  reload(): void {
    this.#parts = this.#database.all<IndexPart & Record<string, number>>(
      'select part, first, last, messages from parts order by first',
    )
    this.#generations = new Map(
      this.#parts.map(({ part }) => [part, this.#generations.get(part) ?? ++this.#generation]),
    )
  }

  /** What was read of a part does not hold any more. */
  forget(part: number): void {
    this.#generations.delete(part)
  }

  postings({ part }: IndexPart, term: string): TermPostings | undefined {
    const key = `${String(this.#generations.get(part) ?? 0)} ${term}`
    const kept = this.#cache.get(key)
    if (kept !== undefined || this.#cache.has(key)) {
      this.#cache.delete(key)
      this.#cache.set(key, kept)
      return kept
    }
    const page = this.#database.get<{ words: Uint8Array }>(
      `select words from ${wordsTable(part)} where first <= :term order by first desc limit 1`,
      { term },
    )
    const found = page === undefined ? undefined : wordIn(page.words, term)
    const postings = found === undefined ? undefined : new TermPostings(withOwnBytes(found))
    this.#cache.set(key, postings)
    this.#cached_bytes += postings?.bytes ?? MISS_BYTES
    this.#shrink()
    return postings
  }

  positions({ part }: IndexPart, term: string): Uint8Array {
    const page = this.#database.get<{ words: Uint8Array; positions: Uint8Array }>(
      `select words, positions from ${wordsTable(part)} where first <= :term order by first desc limit 1`,
      { term },
    )
    const found = page === undefined ? undefined : wordIn(page.words, term)
    return found === undefined ? new Uint8Array() : (page?.positions.subarray(found.from, found.to) ?? new Uint8Array())
  }

  completions(beginning: string, limit: number): readonly string[] {
    return [beginning, WRITTEN_MARK + beginning]
      .flatMap(from =>
        this.#database.all<{ term: string; found: number }>(
          `select term, found from vocabulary where term >= :from and term < :to order by found desc limit :limit`,
          { from, to: from + AFTER_ALL, limit },
        ),
      )
      .sort((a, b) => b.found - a.found)
      .slice(0, limit)
      .map(({ term }) => term)
  }

  #shrink(): void {
    for (const [key, postings] of this.#cache) {
      if (this.#cached_bytes <= CACHE_BYTES) return
      this.#cache.delete(key)
      this.#cached_bytes -= postings?.bytes ?? MISS_BYTES
    }
  }
}

/** The bytes of a rare word would keep its page in memory. */
const withOwnBytes = ({ found, heads, documents }: FoundWord): Omit<EncodedPostings, 'positions'> => ({
  found,
  heads,
  documents: heads.byteLength === 0 ? documents.slice() : documents,
})
