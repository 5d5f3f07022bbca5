import { asDenidinError } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { MessageId } from '../messages/message.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import type { SearchScope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { FullTextIndex } from './full-text/full-text-index.ts'
import type { FullTextIndexer } from './full-text/full-text-indexer.ts'
import type { MessageRecall, Quote, RecallLimits, RecallQuestion, VectorCandidates } from './message-recall.ts'
import { packed } from './packing.ts'
import { openScopes, type ScopeView } from './search-scopes.ts'
import { searchScope, stemsOf, type ScopeHit, type ScopeHits } from './scope-search.ts'
import type { Reranker } from './ranking/reranker.ts'
import { withoutRestatements } from './ranking/dedupe.ts'
import type { Fusion, LexicalWeights } from './ranking/weights.ts'

/** Longest that a search waits for messages that are still being indexed. */
const INDEXING_WAIT_MS = 200
/** Vectors that are asked for. */
const NEIGHBOURS = 50
/** A question for a list gets so many times more quotes. */
const LIST_FACTOR = 2

export interface MessageRecallDeps {
  readonly feed: MessageReader
  readonly index: FullTextIndex
  readonly indexer: Pick<FullTextIndexer, 'requestSync' | 'whenIdle'>
  readonly weights: LexicalWeights
  readonly fusion: Fusion
  /** Puts the candidates in order; `undefined`: the search's own order. */
  readonly reranker: Reranker | undefined
  /** `undefined`: words alone. */
  readonly vectors: VectorCandidates | undefined
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

/** Recall over the index of words, with vectors beside it where there are any. */
export const createMessageRecall = (parts: MessageRecallDeps): MessageRecall => {
  const { index, indexer, reranker, clock } = parts
  const logger = parts.logger.for('memory.recall')

  /** What was said a moment ago is to be found too. */
  const upToDate = async (): Promise<void> => {
    indexer.requestSync()
    const patience = new AbortController()
    await Promise.race([
      indexer.whenIdle(),
      clock.sleep(INDEXING_WAIT_MS, patience.signal).catch(() => undefined),
    ]).finally(() => patience.abort())
  }

  const neighbours = async (
    { reader, scope }: ScopeView,
    question: string,
    call: CallContext,
  ): Promise<ReadonlyMap<number, number>> => {
    if (parts.vectors === undefined) return NO_VECTORS
    try {
      const near = await parts.vectors.findSimilar(scope, question, NEIGHBOURS, call)
      const ordinals = await reader.ordinals(near.map(each => each.message_id))
      return new Map(
        near.flatMap(({ message_id, similarity }) => {
          const ordinal = ordinals.get(message_id)
          return ordinal === undefined ? [] : [[ordinal, similarity] as const]
        }),
      )
    } catch (error) {
      logger.warn('Recall goes by words alone', { why: asDenidinError(error).message })
      return NO_VECTORS
    }
  }

  const reordered = async (
    found: readonly ScopeHit[],
    question: string,
    call: CallContext,
  ): Promise<readonly ScopeHit[]> => {
    if (reranker === undefined || found.length < 2) return found
    const asked = found.flatMap(({ message: { message_id, text }, features }) =>
      features === undefined ? [] : [{ message_id, text, features }],
    )
    try {
      const ranks = await reranker.rerank(question, asked, call)
      return found
        .map((each, at) => ({ each, judged: ranks[at] ?? Number.NEGATIVE_INFINITY }))
        .sort((a, b) => b.judged - a.judged)
        .map(({ each }) => each)
    } catch (error) {
      logger.warn('The order of the search stands', { why: asDenidinError(error).message })
      return found
    }
  }

  /** Everything within reach, best first. */
  const search = async (
    reach: SearchScope,
    question: RecallQuestion,
    limits: RecallLimits,
    call: CallContext,
  ): Promise<ScopeHits> => {
    const searching = {
      ...parts,
      with_features: reranker !== undefined,
      similar: (place: ScopeView) => neighbours(place, question.text, call),
    }
    const within = { quotes: limits.quotes, exclude: limits.exclude ?? NOBODY }
    const inPlace = async (place: ScopeView): Promise<ScopeHits> => {
      try {
        return await searchScope(searching, place, question, within)
      } catch (error) {
        // What lies further away cannot break the answer from one's own conversation.
        if (place.scope === reach.scope) throw error
        logger.warn('A further conversation could not be searched', { why: asDenidinError(error).message })
        return NOTHING
      }
    }
    const there = await Promise.all((await openScopes(index, reach)).map(inPlace))
    const found = there.flatMap(each => each.found)
    return {
      found: there.length > 1 ? found.sort((a, b) => b.rank - a.rank) : found,
      list: there.some(each => each.list),
    }
  }

  return {
    recall: async (reach, question, limits, call) => {
      await upToDate()
      const { found, list } = await search(reach, question, limits, call)
      const ordered = withoutRestatements(await reordered(found, question.text, call), stemsOf)
      const quotes = limits.quotes * (list ? LIST_FACTOR : 1)
      return packed(Iterator.from(ordered).map(toQuote), quotes, limits.tokens, parts.tokens)
    },
  }
}

const NOBODY: ReadonlySet<MessageId> = new Set()
const NOTHING: ScopeHits = { found: [], list: false }
const NO_VECTORS: ReadonlyMap<number, number> = new Map()

const toQuote = ({ scope, candidate, message, rank }: ScopeHit): Quote => ({
  message_id: message.message_id,
  scope,
  person_id: message.person_id,
  role: message.role,
  speaker: message.sender_name,
  sent_at: message.sent_at,
  text: message.text,
  tokens: message.tokens,
  score: rank,
  lexical: candidate.lexical,
  ...(candidate.similarity === undefined ? {} : { similarity: candidate.similarity }),
})
