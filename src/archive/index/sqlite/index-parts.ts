/** The parts of the archive's index in SQLite: reads their words, and caches the most recently read ones. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { IndexPart, PartReader } from '../index-part.ts'
import { isSpelled, WRITTEN_MARK } from '../part-builder.ts'
import { TermPostings } from '../term-postings.ts'

/** Bytes of recently read words that are kept decoded. */
const CACHE_BYTES = 48 * 2 ** 20
/** About how many bytes the cache entry of a word takes that a part does not contain. */
const MISS_BYTES = 100
/** The upper end of the range of words with a given beginning. */
const AFTER_ALL = '\u{10ffff}'

export interface WordRow {
  readonly found: number
  readonly heads: Uint8Array
  readonly documents: Uint8Array
}

/** The table of a part's words. Numbers are used again, so that the statements for them are few. */
export const wordsTable = (part: number): string => `words_${String(part)}`

export class IndexParts implements PartReader {
  readonly #database: Database
  readonly #cache = new Map<string, TermPostings | undefined>()
  #cached_bytes = 0
  #parts: readonly IndexPart[] = []
  /** For each part, a generation that no other part had: numbers of parts are reused. */
  #generations = new Map<number, number>()
  #generation = 0

  constructor(database: Database) {
    this.#database = database
    this.reload()
  }

  get parts(): readonly IndexPart[] {
    return this.#parts
  }

  /** Reads the list of parts again. */
  reload(): void {
    this.#parts = this.#database.all<IndexPart & Record<string, number>>(
      'select part, first, last, messages from parts order by first',
    )
    this.#generations = new Map(
      this.#parts.map(({ part }) => [part, this.#generations.get(part) ?? ++this.#generation]),
    )
  }

  /** Discards the cached data of a part. */
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
    const row = this.#database.get<WordRow & Record<string, number | Uint8Array>>(
      `select found, heads, documents from ${wordsTable(part)} where term = :term`,
      { term },
    )
    const postings = row === undefined ? undefined : new TermPostings(row)
    this.#cache.set(key, postings)
    this.#cached_bytes += postings?.bytes ?? MISS_BYTES
    this.#shrink()
    return postings
  }

  positions({ part }: IndexPart, term: string): Uint8Array {
    return (
      this.#database.get<{ positions: Uint8Array }>(`select positions from ${wordsTable(part)} where term = :term`, {
        term,
      })?.positions ?? new Uint8Array()
    )
  }

  completions(beginning: string, limit: number): readonly string[] {
    return [beginning, WRITTEN_MARK + beginning]
      .flatMap(from =>
        this.#database.all<{ term: string; found: number }>(
          `select term, found from vocabulary where term >= :from and term < :to order by found desc limit :limit`,
          { from, to: from + AFTER_ALL, limit },
        ),
      )
      .filter(({ term }) => isSpelled(term))
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
