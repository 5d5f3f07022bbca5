/**
 * Keeps what searches found. A result is brought up to date with the messages that came since, and given up when a
 * message that it may show is gone or changed, or when the counts of words were taken anew: it is always what a new
 * search would find.
 */
import { LRUCache } from 'lru-cache'
import type { IndexQuery } from './index-search.ts'
import type { Correction } from './resolve-query.ts'
import type { TopHits } from './top-hits.ts'

/** Results that are kept. */
const MOST_RESULTS = 1000

/** What a search found. */
export interface SearchResult {
  readonly query: Omit<IndexQuery, 'range'>
  readonly hits: TopHits
  /** Messages with any of the words, because no message has all of them; `undefined`: they have all. */
  readonly any_of: Omit<IndexQuery, 'range'> | undefined
  readonly corrections: readonly Correction[]
}

/** The state of the index in which a result was found. */
export interface IndexState {
  /** Counts of words (`WordStatistics.refresh`). */
  readonly epoch: number
  /** Messages that are gone or changed (`Columns.losses`). */
  readonly losses: number
  /** Highest sequence number. */
  readonly reached: number
}

interface Entry extends IndexState {
  readonly result: SearchResult
}

export interface CacheDeps {
  /** Adds the messages after one sequence number to a result. */
  readonly extend: (result: SearchResult, after: number) => void
  /** Whether a message after one sequence number matches. */
  readonly finds: (query: Omit<IndexQuery, 'range'>, after: number) => boolean
}

export class ResultCache {
  readonly #deps: CacheDeps
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_RESULTS })
  #hits = 0
  #misses = 0

  constructor(deps: CacheDeps) {
    this.#deps = deps
  }

  get counts(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses }
  }

  /** The result of a question: the one that is kept, brought up to date, or a new one. */
  get(key: string, state: IndexState, search: () => SearchResult): SearchResult {
    const entry = this.#entries.get(key)
    if (entry !== undefined && this.#holds(entry, state)) {
      this.#hits++
      if (entry.reached < state.reached) {
        this.#deps.extend(entry.result, entry.reached)
        this.#entries.set(key, { ...state, result: entry.result })
      }
      return entry.result
    }
    this.#misses++
    const result = search()
    this.#entries.set(key, { ...state, result })
    return result
  }

  clear(): void {
    this.#entries.clear()
  }

  #holds({ result, epoch, losses, reached }: Entry, state: IndexState): boolean {
    if (losses !== state.losses || epoch !== state.epoch) return false
    return reached === state.reached || this.#meansTheSame(result, reached)
  }

  /** Whether the messages that came since leave it as it is what is looked for. */
  #meansTheSame({ query, any_of, corrections }: SearchResult, reached: number): boolean {
    // Other words may begin so, or be what a misspelt word was meant to be.
    if (corrections.length > 0 || query.plan.leaves.some(({ terms, found }) => terms.length > 1 || found === 0))
      return false
    // As soon as a message has all words, it is what was asked for.
    return any_of === undefined || !this.#deps.finds(any_of, reached)
  }
}
