/** The archive's search over its index in SQLite. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { Clock } from '../../../platform/clock.ts'
import { SECOND_MS } from '../../../platform/clock.ts'
import type { Health } from '../../../platform/health.ts'
import type { Logger } from '../../../platform/logger.ts'
import { lru } from '../../../platform/lru.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../../platform/yield.ts'
import { questionWordsOf } from '../../../text/analyser/analyser.ts'
import { prepareAnalyser } from '../../../text/analyser/prepare-analyser.ts'
import { fold, inSmallLetters } from '../../../text/fold.ts'
import type {
  ArchiveAccess,
  ArchiveAnswer,
  ArchiveFilters,
  ArchiveQuestion,
  ArchiveSearch,
  Facets,
  FoundMessage,
} from '../../archive-search.ts'
import { Columns, levelNumber, roleNumber, sourceNumber, type ColumnName } from '../columns.ts'
import { FacetCounts } from '../facet-counts.ts'
import { FacetGroups } from '../facet-groups.ts'
import type { ColumnFilter } from '../filters.ts'
import { IndexSearch, type IndexQuery } from '../index-search.ts'
import { questionKey, readCursor, writeCursor, type PageCursor } from '../page-cursor.ts'
import type { PartBuildings } from '../part-building.ts'
import { parseQuery, type WrittenQuery } from '../query-language.ts'
import { QueryResolver, type WordKnowledge } from '../resolve-query.ts'
import { ResultCache, type SearchResult } from '../result-cache.ts'
import { Snippets, termsOf } from '../snippet.ts'
import { TopHits, type Hit } from '../top-hits.ts'
import { WordStatistics } from '../word-statistics.ts'
import { WordsOfScopes } from '../words-of-scopes.ts'
import { openArchiveIndexDatabase } from './archive-index-database.ts'
import { ArchiveIndexer } from './archive-indexer.ts'
import { FoundMessages } from './found-messages.ts'
import { IndexNames } from './index-names.ts'
import { IndexParts } from './index-parts.ts'

/** A number that no message has. */
const NO_ONE = -1
const EVERYTHING = { after: 0, up_to: Number.MAX_SAFE_INTEGER }
const MOST_FACETS = 100

export interface ArchiveSearchDeps {
  readonly archive: Database
  /** Path of `archive-index.db`. */
  readonly path: string
  /** Builds parts of the index in another thread; `undefined`: there is none. */
  readonly beside?: PartBuildings | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** An open index: searches it, and keeps it up to date. */
export class SqliteArchiveSearch implements ArchiveSearch, AsyncDisposable {
  readonly indexer: ArchiveIndexer
  readonly #index: ReturnType<typeof openArchiveIndexDatabase>
  readonly #columns = new Columns()
  readonly #parts: IndexParts
  readonly #names: IndexNames
  readonly #statistics: WordStatistics
  readonly #search: IndexSearch
  readonly #found: FoundMessages
  readonly #cache: ResultCache
  #groups: FacetGroups | undefined
  readonly #facets = lru<string, { readonly state: string; readonly facets: Facets }>(MOST_FACETS)

  constructor({ archive, path, beside, clock, logger }: ArchiveSearchDeps) {
    this.#index = openArchiveIndexDatabase({ path, clock, logger })
    const index = this.#index.database
    const parts = new IndexParts(index)
    this.#parts = parts
    this.#names = new IndexNames(index)
    this.indexer = new ArchiveIndexer({
      archive,
      index,
      columns: this.#columns,
      parts,
      names: this.#names,
      beside,
      logger,
    })
    this.#statistics = new WordStatistics(parts, this.#columns)
    this.#search = new IndexSearch(parts, this.#columns)
    this.#found = new FoundMessages(archive)
    this.#cache = new ResultCache({
      extend: ({ query, hits }, after) => {
        this.#search.search({ ...query, range: { ...EVERYTHING, after } }, hits)
      },
    })
    if (!this.indexer.fits()) {
      this.#index.startOver({ state: 'ok', detail: 'Another archive was put in place; its index is rebuilt.' })
      this.#names.reload()
      parts.reload()
      this.indexer.reload()
    }
    this.#index.onRenewed(() => {
      this.#names.reload()
      parts.reload()
      this.indexer.reload()
      this.#cache.clear()
    })
  }

  /** `listener` is called when the index was begun anew and is empty: it has to be filled. */
  onRenewed(listener: () => void): void {
    this.#index.onRenewed(listener)
  }

  /** Whether the file of the index can be used, and what became of a damaged one. */
  async health(): Promise<Health> {
    return await this.#index.health()
  }

  /** How often a result was already cached. */
  get cacheCounts(): ResultCache['counts'] {
    return this.#cache.counts
  }

  async search(question: ArchiveQuestion): Promise<ArchiveAnswer> {
    await prepareAnalyser()
    const terms = questionWordsOf(question.query ?? '').flatMap(({ main, also }) => [main, ...also])
    await this.#readAhead(terms)
    await this.indexer.ready()
    this.#statistics.refresh()
    await this.#search.prepare(terms, this.#statistics.average)
    if (question.facets === true) await this.#groupsIn(question.time_zone).prepare(this.#parts.parts)
    this.indexer.hideRemoved()
    const { query: written, ...read } = parseQuery(question.query ?? '')
    const filter = this.#filterOf(question)
    const sort = written === undefined ? 'newest' : question.sort
    const key = questionKey([written, question.filters, question.access, sort])
    const cursor = question.cursor === undefined ? undefined : readCursor(question.cursor, key)
    const state = { epoch: this.#statistics.refresh(), losses: this.#columns.losses, reached: this.#columns.size - 1 }
    const { limit, access } = question
    const { query, hits, any_of, corrections } =
      cursor === undefined
        ? this.#cache.get(keptKey(key, question, filter, state.reached), state, {
            search: () => this.#find(written, access, { filter, sort, limit }),
            meansTheSame: (result, reached) => written === undefined || this.#meansTheSame(written, result, reached),
          })
        : this.#findBehind(cursor, { filter, sort, limit })
    const sorted = hits.sorted()
    const snippets = new Snippets(termsOf(query.plan))
    const messages = this.#found.read(
      sorted.map(({ seq }) => seq),
      content => snippets.of(content),
    )
    const last = sorted.at(-1)
    return {
      messages: sorted.flatMap(hit => withScore(messages.get(hit.seq), hit, sort)),
      notes: {
        ...read,
        no_words: question.query !== undefined && written === undefined,
        any_word: any_of !== undefined,
        corrected: corrections,
        waiting: this.indexer.waiting,
      },
      next:
        last === undefined || sorted.length < limit
          ? undefined
          : writeCursor({ ...last, question: key, up_to: cursor?.up_to ?? state.reached, plan: query.plan }),
      facets:
        question.facets === true ? this.#count(`${key} ${question.time_zone}`, query, question.time_zone) : undefined,
    }
  }

  /** Empties the index: `indexer.sync` then reads the whole archive. */
  rebuild(): void {
    this.#index.startOver({ state: 'ok', detail: 'The index of the archive is rebuilt, as was asked.' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.indexer.stop()
    this.#index[Symbol.dispose]()
  }

  /** Reads the words of a query in slices: those of two million messages that are not kept take up to 70 ms. */
  async #readAhead(terms: readonly string[]): Promise<void> {
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    const { parts } = this.#parts
    for (const term of terms) {
      for (const part of parts) {
        // The parts were merged meanwhile.
        if (this.#parts.parts !== parts) return
        this.#parts.postings(part, term)?.prepare()
        await slices.pause()
      }
    }
  }

  /** Searches for all words; if no message contains them all and the user did not write AND, for any of them. */
  #find(
    written: WrittenQuery | undefined,
    access: ArchiveAccess,
    { filter, sort, limit }: Pick<IndexQuery, 'filter' | 'sort'> & { readonly limit: number },
  ): SearchResult {
    const known = written === undefined ? this.#statistics : this.#knownTo(access)
    const search = (relaxed: boolean): SearchResult => {
      const resolver = new QueryResolver(known, relaxed)
      const { plan, corrections } =
        written === undefined
          ? { plan: { leaves: [], root: undefined, average: 1 }, corrections: [] }
          : resolver.resolve(written)
      const query = { plan, filter, sort }
      const hits = new TopHits(limit)
      this.#search.search({ ...query, range: EVERYTHING }, hits)
      return { query, hits, any_of: undefined, corrections }
    }
    const all = search(false)
    if (all.hits.size > 0 || written === undefined || !mayRelax(written)) return all
    const any = search(true)
    return any.hits.size > 0 ? { ...any, any_of: all.query } : all
  }

  /**
   * Which words a query stands for follows from the words of all messages: those with a beginning, the closest to a
   * misspelt one, the readings that are there. Where a word had no message, a new search is as cheap as asking that again. Asked for everything alone: see `keptKey`.
   */
  #meansTheSame(written: WrittenQuery, { query, any_of, corrections }: SearchResult, reached: number): boolean {
    const { leaves } = query.plan
    if (corrections.length > 0 || leaves.some(({ found }) => found === 0)) return false
    const now = new QueryResolver(this.#statistics, any_of !== undefined).resolve(written).plan.leaves
    if (now.length !== leaves.length || !now.every(({ terms }, at) => isSameSet(terms, leaves[at]?.terms ?? [])))
      return false
    // As soon as a message has all of the words, it is what was asked for.
    return any_of === undefined || !this.#finds(any_of, reached)
  }

  /** Whether a message after one sequence number matches. */
  #finds(query: Omit<IndexQuery, 'range'>, after: number): boolean {
    const hits = new TopHits(1)
    this.#search.search({ ...query, range: { ...EVERYTHING, after } }, hits)
    return hits.size > 0
  }

  #knownTo(access: ArchiveAccess): WordKnowledge {
    if (access === 'all') return this.#statistics
    return new WordsOfScopes(this.#statistics, this.#parts, this.#columns, this.#filterOf({ filters: {}, access }))
  }

  #findBehind(
    { score, seq, up_to, plan }: PageCursor,
    { filter, sort, limit }: Pick<IndexQuery, 'filter' | 'sort'> & { readonly limit: number },
  ): SearchResult {
    const query = { plan, filter, sort }
    const search = (bounded: ColumnFilter): TopHits => {
      const hits = new TopHits(limit, { score, seq })
      this.#search.search({ ...query, filter: bounded, range: { after: 0, up_to } }, hits)
      return hits
    }
    const found = (hits: TopHits): SearchResult => ({ query, hits, any_of: undefined, corrections: [] })
    if (sort === 'relevance' || score <= 0) return found(search(filter))
    // With results sorted by time, later messages need not be examined. Those without a time come last of all, and no
    // bound of time lets them pass.
    const earlier = search({ ...filter, until: Math.min(filter.until ?? Infinity, score + 1) })
    const takes_any_time = filter.since === undefined && filter.until === undefined
    return found(earlier.size < limit && takes_any_time ? search(filter) : earlier)
  }

  #count(key: string, query: Omit<IndexQuery, 'range'>, time_zone: string): Facets {
    const state = `${String(this.#columns.losses)} ${String(this.#columns.size)}`
    const kept = this.#facets.get(key)
    if (kept?.state === state) return kept.facets
    const counts = new FacetCounts(this.#groupsIn(time_zone))
    const unscored = { ...query.plan, leaves: query.plan.leaves.map(leaf => ({ ...leaf, weight: 0 })) }
    this.#search.forEach({ ...query, plan: unscored, range: EVERYTHING }, (part, matching) => {
      counts.add(part, matching)
    })
    const facets = this.#found.facets(counts.result())
    this.#facets.set(key, { state, facets })
    return facets
  }

  #groupsIn(time_zone: string): FacetGroups {
    if (this.#groups?.time_zone !== time_zone) this.#groups = new FacetGroups(this.#columns, time_zone)
    return this.#groups
  }

  #filterOf({ filters, access }: Pick<ArchiveQuestion, 'filters' | 'access'>): ColumnFilter {
    const values = new Map<ColumnName, readonly number[]>()
    const ask = (column: ColumnName, numbers: readonly number[] | undefined): void => {
      if (numbers !== undefined) values.set(column, numbers.length === 0 ? [NO_ONE] : numbers)
    }
    const { project, component, session, chat, level, role, source_type, since, until } = filters
    if (access !== 'all')
      ask(
        'scope',
        access.scopes.map(scope => this.#known('scope', scope)),
      )
    if (project !== undefined) ask('project', this.#found.projects(project))
    if (component !== undefined) ask('component', this.#found.components(component))
    if (session !== undefined) ask('session', this.#found.sessions(session))
    if (chat !== undefined) ask('chat', [this.#known('chat', chat)])
    if (level !== undefined) ask('level', [levelNumber(level)])
    if (role !== undefined) ask('role', [roleNumber(role)])
    if (source_type !== undefined) ask('source_type', [sourceNumber(source_type)])
    return {
      values,
      either: this.#personFilter(filters),
      since: since === undefined ? undefined : Math.ceil(since / SECOND_MS),
      until: until === undefined ? undefined : Math.ceil(until / SECOND_MS),
    }
  }

  #personFilter({ person }: ArchiveFilters): ColumnFilter['either'] {
    if (person === undefined) return undefined
    const { person_id, name } = person
    const wanted = inSmallLetters(fold(name))
    return new Map([
      ['person', [person_id === undefined ? NO_ONE : this.#known('person', person_id)]],
      [
        'sender',
        // A sender's name in a source does not identify a person of the bot.
        person_id === undefined
          ? this.#names.matching('sender', each => inSmallLetters(fold(each)).includes(wanted))
          : [],
      ],
    ])
  }

  /** The number of a name; for an unknown name, a number that no message has. */
  #known(kind: Parameters<IndexNames['find']>[0], name: string): number {
    const number = this.#names.find(kind, name)
    return number === 0 ? NO_ONE : number
  }
}

/**
 * The key of a cached result. A new project or sender may change which messages the filter accepts; and for a caller
 * who may read only some scopes, every new message may change the meaning of the query.
 */
const keptKey = (
  key: string,
  { limit, access }: Pick<ArchiveQuestion, 'limit' | 'access'>,
  { values, either }: ColumnFilter,
  reached: number,
): string => questionKey([key, limit, [...values], [...(either ?? [])], access === 'all' ? undefined : reached])

const withScore = (
  message: FoundMessage | undefined,
  { score }: Hit,
  sort: ArchiveQuestion['sort'],
): readonly FoundMessage[] =>
  message === undefined ? [] : [{ ...message, score: sort === 'relevance' ? score : undefined }]

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && new Set([...some, ...others]).size === some.length

/** Whether messages with only some of the words are an answer too: if the user did not write AND. */
const mayRelax = (query: WrittenQuery): boolean => query.kind === 'words' || (query.kind === 'all' && !query.stated)
