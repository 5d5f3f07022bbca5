/** The parts of the archive's index in SQLite: reads their words, and caches the most recently read ones. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { IndexPart, LetterRange, PartReader } from '../index-part.ts'
import { WRITTEN_MARK } from '../part-builder.ts'
import { TermPostings } from '../term-postings.ts'
import type { EncodedPostings } from '../posting-encoder.ts'
import { wordIn, type FoundWord } from '../word-pages.ts'

/** Bytes of recently read words and positions that are kept. */
const CACHE_BYTES = 96 * 2 ** 20
/** An entry that is used again is moved to the end of the cache after so many others. */
const LATELY_BYTES = CACHE_BYTES / 8
/** About how many bytes the cache entry of a word takes that a part does not contain. */
const MISS_BYTES = 100
/** Marks the positions of a word in the cache; no word begins so. */
const POSITIONS_OF = '\n'
/** The upper end of the range of words with a given beginning. */
const AFTER_ALL = '\u{10ffff}'

/** The table of a part's words, in pages. Numbers are used again, so that the statements for them are few. */
export const wordsTable = (part: number): string => `words_${String(part)}`

/** What was read of a word. */
interface Kept {
  readonly postings?: TermPostings | undefined
  readonly positions?: Uint8Array
}

export class IndexParts implements PartReader {
  readonly #database: Database
  readonly #cache = new Map<string, Kept & { read_bytes: number }>()
  /** The bytes of all that was ever read into the cache; an entry has that of when it was last moved. */
  #read_bytes = 0
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

  /** Those of the messages of a part: a copy, because the bytes of a row may not be aligned. */
  checksums({ part }: IndexPart): Uint32Array {
    const bytes = this.#database.get<{ checksums: Uint8Array }>('select checksums from parts where part = :part', {
      part,
    })?.checksums
    return bytes === undefined ? new Uint32Array() : new Uint32Array(bytes.slice().buffer)
  }

  /** Discards the cached data of a part. */
  forget(part: number): void {
    this.#generations.delete(part)
  }

  postings({ part }: IndexPart, term: string): TermPostings | undefined {
    return this.#kept(part, term, () => {
      const page = this.#database.get<{ words: Uint8Array }>(
        `select words from ${wordsTable(part)} where first <= :term order by first desc limit 1`,
        { term },
      )
      const found = page === undefined ? undefined : wordIn(page.words, term)
      return { postings: found === undefined ? undefined : new TermPostings(withOwnBytes(found)) }
    }).postings
  }

  joined(
    { part }: IndexPart,
    terms: readonly string[],
    join: () => TermPostings | undefined,
  ): TermPostings | undefined {
    // No word contains a line end.
    return this.#kept(part, terms.join('\n'), () => ({ postings: join() })).postings
  }

  #kept(part: number, what: string, read: () => Kept): Kept {
    const key = `${String(this.#generations.get(part) ?? 0)} ${what}`
    const kept = this.#cache.get(key)
    if (kept !== undefined) {
      // What was used lately is far from the end at which entries leave.
      if (this.#read_bytes - kept.read_bytes > LATELY_BYTES) {
        kept.read_bytes = this.#read_bytes
        this.#cache.delete(key)
        this.#cache.set(key, kept)
      }
      return kept
    }
    const read_now = { ...read(), read_bytes: this.#read_bytes }
    this.#cache.set(key, read_now)
    const bytes = bytesOf(read_now)
    this.#cached_bytes += bytes
    this.#read_bytes += bytes
    this.#shrink()
    return read_now
  }

  positions({ part }: IndexPart, term: string): Uint8Array {
    const { positions } = this.#kept(part, POSITIONS_OF + term, () => {
      const page = this.#database.get<{ words: Uint8Array; positions: Uint8Array }>(
        `select words, positions from ${wordsTable(part)} where first <= :term order by first desc limit 1`,
        { term },
      )
      const found = page === undefined ? undefined : wordIn(page.words, term)
      return found === undefined ? {} : { positions: page?.positions.slice(found.from, found.to) ?? new Uint8Array() }
    })
    return positions ?? new Uint8Array()
  }

  completions(beginning: string, limit: number): readonly string[] {
    return this.#commonest(beginning, { least: 1, most: Number.MAX_SAFE_INTEGER }, limit)
      .flatMap(words => words)
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit)
      .map(([term]) => term)
  }

  spellings(beginning: string, letters: LetterRange, limit: number): readonly string[] {
    const [words = [], written = []] = this.#commonest(beginning, letters, limit)
    return [...words, ...written.map(([term, found]) => [term.slice(WRITTEN_MARK.length), found] as const)]
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit)
      .map(([term]) => term)
  }

  /** Words that begin so, with how many messages contain them: in their common form, and as they are written. */
  #commonest(
    beginning: string,
    { least, most }: LetterRange,
    limit: number,
  ): readonly (readonly (readonly [term: string, found: number])[])[] {
    return ['', WRITTEN_MARK].map(mark =>
      this.#database.lists<[string, number]>(
        `select term, found from vocabulary where term >= :from and term < :to and length(term) between :least and :most
         order by found desc limit :limit`,
        {
          from: mark + beginning,
          to: mark + beginning + AFTER_ALL,
          least: least + mark.length,
          most: most + mark.length,
          limit,
        },
      ),
    )
  }

  #shrink(): void {
    for (const [key, kept] of this.#cache) {
      if (this.#cached_bytes <= CACHE_BYTES) return
      this.#cache.delete(key)
      this.#cached_bytes -= bytesOf(kept)
    }
  }
}

const bytesOf = ({ postings, positions }: Kept): number =>
  MISS_BYTES + (postings?.bytes ?? 0) + (positions?.byteLength ?? 0)

/** The bytes of a rare word would keep its page in memory. */
const withOwnBytes = ({ found, heads, documents }: FoundWord): Omit<EncodedPostings, 'positions'> => ({
  found,
  heads,
  documents: heads.byteLength === 0 ? documents.slice() : documents,
})
