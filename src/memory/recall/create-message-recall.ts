import { asDenidinError } from '../../platform/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { MessageId, StoredMessage } from '../../messages/message.ts'
import type { MessageFeed } from '../../messages/message-feed.ts'
import type { Scope } from '../../messages/scope.ts'
import type { CallContext } from '../../models/language-model.ts'
import { shareOf } from '../../text/common-words.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { featuresOf, fuse, type Candidate } from './candidates.ts'
import { rarity, type LexicalScores } from './lexical-scores.ts'
import type { MessageIndex, ScopeReader } from './message-index.ts'
import type { MessageIndexer } from './message-indexer.ts'
import type { MessageRecall, Quote, RecallLimits, RecallQuestion, VectorCandidates } from './message-recall.ts'
import { packed } from './packing.ts'
import { readQuestion, type RecallQuery } from './recall-query.ts'
import type { Reranker } from './reranker.ts'
import { withoutRestatements } from './restatements.ts'
import type { Fusion, LexicalWeights } from './weights.ts'
import { searchWords } from './word-search.ts'

/** Longest that a search waits for messages that are still being indexed. */
const INDEXING_WAIT_MS = 200
/** Messages that are looked at closely. */
const CANDIDATES = 100
/** Vectors that are asked for. */
const NEIGHBOURS = 50
/** A question for a list gets so many times more quotes. */
const LIST_FACTOR = 2

export interface MessageRecallParts {
  readonly feed: MessageFeed
  readonly index: MessageIndex
  readonly indexer: Pick<MessageIndexer, 'wake' | 'settled'>
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
export const createMessageRecall = (parts: MessageRecallParts): MessageRecall => {
  const { feed, index, indexer, weights, fusion, reranker, clock } = parts
  const logger = parts.logger.for('memory.recall')

  /** What was said a moment ago is to be found too. */
  const upToDate = async (): Promise<void> => {
    indexer.wake()
    const patience = new AbortController()
    await Promise.race([
      indexer.settled(),
      clock.sleep(INDEXING_WAIT_MS, patience.signal).catch(() => undefined),
    ]).finally(() => patience.abort())
  }

  const neighbours = async (
    reader: ScopeReader,
    scope: Scope,
    question: string,
    call: CallContext,
  ): Promise<ReadonlyMap<number, number>> => {
    if (parts.vectors === undefined) return NO_VECTORS
    try {
      const near = await parts.vectors.near(scope, question, NEIGHBOURS, call)
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
    candidates: readonly Found[],
    query: RecallQuery,
    reader: ScopeReader,
    scores: LexicalScores | undefined,
    question: string,
    call: CallContext,
  ): Promise<readonly Found[]> => {
    if (reranker === undefined || candidates.length < 2) return candidates
    const found = new Map<string, number>()
    for (const [stem, { ordinals }] of await reader.postings(query.asked)) found.set(stem, ordinals.length)
    const weigh = (stem: string): number =>
      rarity(found.get(stem) ?? 0, reader.columns.present, shareOf(stem), weights.prior)
    const asked = candidates.map(each => ({
      message_id: each.message.message_id,
      text: each.message.text,
      features: featuresOf(each.candidate, query, reader.columns, scores, weigh),
    }))
    try {
      const ranks = await reranker.rerank(question, asked, call)
      return candidates
        .map((each, at) => ({ ...each, rank: ranks[at] ?? Number.NEGATIVE_INFINITY }))
        .sort((a, b) => b.rank - a.rank)
    } catch (error) {
      logger.warn('The order of the search stands', { why: asDenidinError(error).message })
      return candidates
    }
  }

  const find = async (
    scope: Scope,
    question: RecallQuestion,
    limits: RecallLimits,
    call: CallContext,
  ): Promise<readonly Quote[]> => {
    await upToDate()
    const reader = await index.open(scope)
    if (reader === undefined) return []
    const query = readQuestion(question, reader.speakers)
    const words = query.asked.length > 0 || query.dates.length > 0
    const scores = words ? await searchWords(reader, query, weights) : undefined
    // Politeness alone asks for nothing.
    const similar = words ? await neighbours(reader, scope, question.text, call) : NO_VECTORS
    const most = Math.max(CANDIDATES, limits.quotes)
    const fused = await fuse(reader, query, scores, similar, fusion, {
      most,
      exclude: limits.exclude ?? NOBODY,
    })
    const messages = await texts(scope, fused.candidates)
    const found = fused.candidates.flatMap(candidate => {
      const message = messages.get(candidate.message_id)
      return message === undefined ? [] : [{ candidate, message }]
    })
    const ordered = withoutRestatements(
      await reordered(found, query, reader, scores, question.text, call),
      each => each.candidate.stems,
    )
    const quotes = Math.min(fused.most, limits.quotes * (query.kind.list ? LIST_FACTOR : 1))
    return packed(Iterator.from(ordered).map(toQuote), quotes, limits.tokens, parts.tokens)
  }

  /** The words themselves are read where they are true, and within the scope. */
  const texts = async (
    scope: Scope,
    candidates: readonly Candidate[],
  ): Promise<ReadonlyMap<MessageId, StoredMessage>> => {
    const ids = candidates.map(each => each.message_id)
    return new Map((await feed.get(scope, ids)).map(message => [message.message_id, message]))
  }

  return { recall: find }
}

const NOBODY: ReadonlySet<MessageId> = new Set()
const NO_VECTORS: ReadonlyMap<number, number> = new Map()

interface Found {
  readonly candidate: Candidate
  readonly message: StoredMessage
}

const toQuote = ({ candidate, message }: Found): Quote => ({
  message_id: message.message_id,
  person_id: message.person_id,
  role: message.role,
  speaker: message.sender_name,
  sent_at: message.sent_at,
  text: message.text,
  tokens: message.tokens,
  score: candidate.score,
  lexical: candidate.lexical,
  ...(candidate.similarity === undefined ? {} : { similarity: candidate.similarity }),
})
