/**
 * Keeps what searches found. A result is brought up to date with the messages that came since, and given up when a
 * message that it may show is gone or changed, or when the counts of words were taken anew: it is always what a new
 * search would find.
 */
import { LRUCache } from 'lru-cache'
import type { IndexQuery } from './index-search.ts'
import type { Correction } from './resolve-query.ts'
import type { TopHits } from './top-hits.ts'

/** How many results are kept. */
const MOST_RESULTS = 1000

/** The result of a search. */
export interface SearchResult {
  readonly query: Omit<IndexQuery, 'range'>
  readonly hits: TopHits
  readonly any_word: boolean
  readonly corrections: readonly Correction[]
}

/** The state of the index in which a result was found. */
export interface IndexState {
  /** Number of the word counts (`WordStatistics.refresh`). */
  readonly epoch: number
  /** How many messages were removed or changed (`Columns.losses`). */
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
}

export class ResultCache {
  readonly #extend: CacheDeps['extend']
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_RESULTS })
  #hits = 0
  #misses = 0

  constructor({ extend }: CacheDeps) {
    this.#extend = extend
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
        this.#extend(entry.result, entry.reached)
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
    return reached === state.reached || !dependsOnWords(result)
  }
}

/** Whether other words in new messages could change what is looked for: beginnings, misspelt words, any instead of all. */
const dependsOnWords = ({ query, any_word, corrections }: SearchResult): boolean =>
  any_word || corrections.length > 0 || query.plan.leaves.some(({ terms, found }) => terms.length > 1 || found === 0)
