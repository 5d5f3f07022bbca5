/** The message search over the full-text index, combined with vectors if there are any. */
import { withinTime } from '../platform/deadline.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../platform/yield.ts'
import { isForwarded, ownWords } from '../messages/message-details.ts'
import type { MessageId } from '../messages/message.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import type { ScopeEntry, Scope, SearchScope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonId } from '../people/person.ts'
import { findAllWords } from './all-words-search.ts'
import { withFactSimilarity } from './fact-similarity.ts'
import type { FullTextIndex, ScopeReader } from './full-text/full-text-index.ts'
import type { FullTextIndexer } from './full-text/full-text-indexer.ts'
import { viewOfSpeaker } from './full-text/speaker-view.ts'
import { viewWithout } from './full-text/view-without.ts'
import { endedBy, LaterStatements, type EarlierStatement, type LaterStatement } from './later-statements.ts'
import type {
  MessageHits,
  MessageLimits,
  MessageQuestion,
  MessageSearch,
  SimilarFacts,
  VectorCandidates,
} from './message-search.ts'
import { quoteOf, type Quote } from './quote.ts'
import type { Reranker } from './ranking/reranker.ts'
import { withoutRestatements } from './ranking/dedupe.ts'
import type { Fusion, LexicalWeights } from './ranking/weights.ts'
import type { OpenedEntry } from './opened-entry.ts'
import { searchScope, stemsOf, type ScopeHit, type ScopeHits } from './scope-search.ts'
import type { SearchLimits } from './search-service.ts'

/** How long a search waits for messages that are still being indexed. */
const INDEXING_WAIT_MS = 200
/** How many similar messages are requested. */
const MOST_SIMILAR = 50
/** Factor for the number of quotes if the question asks for a list. */
const LIST_FACTOR = 2

export interface MessageSearchDeps {
  readonly feed: Pick<MessageReader, 'get'>
  readonly index: Pick<FullTextIndex, 'open' | 'groupsOfSpeaker'>
  readonly indexer: Pick<FullTextIndexer, 'hasAll' | 'requestSync' | 'whenIdle'>
  readonly weights: LexicalWeights
  readonly fusion: Fusion
  readonly reranker: Reranker
  readonly vectors: VectorCandidates
  readonly clock: Clock
  readonly logger: Logger
}

export class IndexedMessageSearch implements MessageSearch {
  readonly #deps: MessageSearchDeps
  readonly #logger: Logger
  readonly #later: LaterStatements

  constructor(deps: MessageSearchDeps) {
    this.#deps = deps
    this.#later = new LaterStatements(deps.feed)
    this.#logger = deps.logger.for('memory.recall')
  }

  async indexNewest(
    { scope, extra_scopes = [], speaker }: SearchScope,
    leavesOut: (message_ids: readonly MessageId[]) => boolean = () => false,
  ): Promise<void> {
    const { indexer, clock } = this.#deps
    indexer.requestSync()
    if (await indexer.hasAll({ scopes: [scope, ...extra_scopes], person_id: speaker }, leavesOut)) return
    await withinTime(clock, INDEXING_WAIT_MS, indexer.whenIdle())
  }

  async groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]> {
    return await this.#deps.index.groupsOfSpeaker(person_id)
  }

  async findRelevant(
    entries: readonly ScopeEntry[],
    question: MessageQuestion,
    limits: MessageLimits,
    facts: SimilarFacts,
    call: CallContext,
  ): Promise<MessageHits> {
    const opened = await this.#open(entries, limits.asking)
    const { hits, list, words } = await this.#searchEntries(opened, question, limits, facts, call)
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    const ordered: ScopeHit[] = []
    for (const hit of withoutRestatements(await this.#rerank(hits, question.text, call), stemsOf)) {
      ordered.push(hit)
      await slices.pause()
    }
    const later = await this.#later.find(opened, ordered.filter(isStatement).map(toStatement))
    return {
      quotes: ordered.map(hit => toQuote(hit, later.get(hit.message.message_id))),
      most_quotes: limits.quotes * (list ? LIST_FACTOR : 1),
      words,
    }
  }

  async findLater(
    entries: readonly ScopeEntry[],
    statements: readonly EarlierStatement[],
    asking?: readonly MessageId[],
  ): Promise<ReadonlyMap<string, LaterStatement>> {
    return await this.#later.find(await this.#open(entries, asking), statements)
  }

  async findAllWords(
    entries: readonly ScopeEntry[],
    words: string,
    { quotes, exclude = [] }: SearchLimits,
  ): Promise<readonly Quote[]> {
    const found = await this.#inEach(await this.#open(entries), async entry =>
      findAllWords(this.#deps.feed, entry, words, { quotes, exclude }),
    )
    return found
      .flat()
      .sort((a, b) => b.sent_at - a.sent_at)
      .slice(0, quotes)
  }

  async #searchEntries(
    entries: readonly OpenedEntry[],
    question: MessageQuestion,
    limits: MessageLimits,
    facts: SimilarFacts,
    call: CallContext,
  ): Promise<ScopeHits> {
    const vectors = withFactSimilarity(facts, this.#deps.vectors)
    const deps = {
      ...this.#deps,
      similar: (entry: OpenedEntry) => this.#similarOrdinals(vectors, entry, question.text, call),
    }
    const given = { exclude: [], ...limits }
    const found = await this.#inEach<ScopeHits>(entries, entry => searchScope(deps, entry, question, given))
    const hits = found.flatMap(each => each.hits)
    return {
      hits: found.length > 1 ? hits.sort((a, b) => b.rank - a.rank) : hits,
      list: found.some(each => each.list),
      words: new Map(found.flatMap(each => [...each.words])),
    }
  }

  /**
   * Calls a function for every entry. If it fails for another scope than that of the question, that entry is left out.
   */
  async #inEach<Found>(
    opened: readonly OpenedEntry[],
    search: (entry: OpenedEntry) => Promise<Found>,
  ): Promise<readonly Found[]> {
    const found = await Promise.all(
      opened.map(async entry => {
        try {
          return [await search(entry)]
        } catch (error) {
          if (entry.isAsked) throw error
          this.#logger.warn('Another conversation could not be searched', { why: asDenidinError(error).message })
          return []
        }
      }),
    )
    return found.flat()
  }

  /** Opens every entry that contains any message, with its newest messages, but without those that ask. */
  async #open(entries: readonly ScopeEntry[], asking: readonly MessageId[] = []): Promise<readonly OpenedEntry[]> {
    const opened = entries.map(async ({ scope, only }, at): Promise<readonly OpenedEntry[]> => {
      const whole = await this.#deps.index.open(scope)
      if (whole === undefined) return []
      const reader: ScopeReader | undefined = only === undefined ? whole : viewOfSpeaker(whole, only)
      return reader === undefined ? [] : [{ scope, only, reader: await viewWithout(reader, asking), isAsked: at === 0 }]
    })
    return (await Promise.all(opened)).flat()
  }

  /** Similarity by ordinal; empty if it is not available. */
  async #similarOrdinals(
    vectors: VectorCandidates,
    { reader, scope }: OpenedEntry,
    question: string,
    call: CallContext,
  ): Promise<ReadonlyMap<number, number>> {
    try {
      const similar = await vectors.findSimilar(scope, question, MOST_SIMILAR, call)
      const ordinals = await reader.ordinals(similar.map(each => each.message_id))
      return new Map(
        similar.flatMap(({ similarity }, at) => {
          const ordinal = ordinals[at]
          return ordinal === undefined ? [] : [[ordinal, similarity] as const]
        }),
      )
    } catch (error) {
      this.#logger.warn('Messages are recalled by their words only', { why: asDenidinError(error).message })
      return new Map()
    }
  }

  async #rerank(hits: readonly ScopeHit[], question: string, call: CallContext): Promise<readonly ScopeHit[]> {
    if (hits.length < 2) return hits
    const candidates = hits.map(({ message: { message_id, text }, features }) => ({ message_id, text, features }))
    try {
      const scores = await this.#deps.reranker.rerank(question, candidates, call)
      return hits
        .map((hit, at) => ({ hit, score: scores[at] ?? Number.NEGATIVE_INFINITY }))
        .sort((a, b) => b.score - a.score)
        .map(({ hit }) => hit)
    } catch (error) {
      this.#logger.warn('The re-ranker failed, the order of the search is kept', { why: asDenidinError(error).message })
      return hits
    }
  }
}

const isStatement = ({ message }: ScopeHit): boolean => message.role === 'user' && !isForwarded(message)

const toStatement = ({ scope, candidate: { keys, stems }, message }: ScopeHit): EarlierStatement => {
  const { message_id, person_id, sent_at: said_at } = message
  return { id: message_id, scope, person_id, text: ownWords(message), said_at, message_ids: [message_id], keys, stems }
}

const toQuote = (
  { scope, candidate: { lexical, similarity }, message, rank: score }: ScopeHit,
  later: LaterStatement | undefined,
): Quote => {
  const quote = quoteOf(scope, message, similarity === undefined ? { score, lexical } : { score, lexical, similarity })
  return later === undefined ? quote : { ...quote, ...endedBy(later) }
}
