/**
 * Keeps what searches found. A result is brought up to date with the messages that came since, and given up when a
 * message that it may show is gone or changed, when the counts of words were taken anew, or when its query stands for
 * other words than before: it is always what a new search would find.
 */
import { lru } from '../../platform/lru.ts'
import type { IndexQuery } from './index-search.ts'
import type { Correction } from './resolve-query.ts'
import type { TopHits } from './top-hits.ts'

/** How many results are kept. */
const MOST_RESULTS = 1000

/** The result of a search. */
export interface SearchResult {
  readonly query: Omit<IndexQuery, 'range'>
  readonly hits: TopHits
  /** Messages with any of the words, because no message has all of them; `undefined`: they have all. */
  readonly any_of: Omit<IndexQuery, 'range'> | undefined
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

/** One question, asked again. */
export interface KeptQuestion {
  /** Finds its result anew. */
  search(): SearchResult
  /** Whether it stands for the same words as when the result was found, now that other messages are there. */
  meansTheSame(result: SearchResult, reached: number): boolean
}

export class ResultCache {
  readonly #deps: CacheDeps
  readonly #entries = lru<string, Entry>(MOST_RESULTS)
  #hits = 0
  #misses = 0

  constructor(deps: CacheDeps) {
    this.#deps = deps
  }

  get counts(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses }
  }

  /** The result of a question: the cached one, updated, or a new one. */
  get(key: string, state: IndexState, question: KeptQuestion): SearchResult {
    const entry = this.#entries.get(key)
    if (entry !== undefined && holds(entry, state, question)) {
      this.#hits++
      if (entry.reached < state.reached) {
        this.#deps.extend(entry.result, entry.reached)
        this.#entries.set(key, { ...state, result: entry.result })
      }
      return entry.result
    }
    this.#misses++
    const result = question.search()
    this.#entries.set(key, { ...state, result })
    return result
  }

  clear(): void {
    this.#entries.clear()
  }
}

const holds = ({ result, epoch, losses, reached }: Entry, state: IndexState, question: KeptQuestion): boolean =>
  losses === state.losses &&
  epoch === state.epoch &&
  (reached === state.reached || question.meansTheSame(result, reached))
