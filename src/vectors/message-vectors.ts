import { withDeadline } from '../platform/deadline.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { MessageId } from '../messages/message.ts'
import type { MessageContext } from '../messages/message-context.ts'
import type { Scope } from '../messages/scope.ts'
import type { Embedder } from '../models/embedder.ts'
import type { CallContext } from '../models/language-model.ts'
import type { TokenCounter } from '../text/tokens.ts'
import { Embedding } from './embedding.ts'
import type { EmbeddingSource } from './embedding-source.ts'
import type { PreviousModel } from './previous-model.ts'
import { SyncWorker } from './sync-worker.ts'
import { messageSpace } from './embedding-spaces.ts'
import { INDEX_DEADLINE_MS, LETTING_GO_DEADLINE_MS, type VectorIndex } from './vector-index.ts'
import { MESSAGE_PREFIX, type VectorStore } from './vector-store.ts'

/** A message near to a question in meaning. */
export interface NearMessage {
  readonly message_id: MessageId
  /** 1 − cosine distance. */
  readonly similarity: number
}

/** Vectors of what was said: one more way to find it, beside its words. */
export interface MessageVectors extends AsyncDisposable {
  /** Begins to work off, in the background, what has no vector yet or changed. */
  start(): void
  /**
   * Messages of `scope` that are near to `question`, best first, none below `min_similarity`.
   * @throws DenidinError when the embedder or the index cannot be asked.
   */
  findSimilar(scope: Scope, question: string, limit: number, call: CallContext): Promise<readonly NearMessage[]>
  /** Messages came or were changed: looks at once instead of within a minute. */
  requestSync(): void
  /**
   * Messages are gone: their vectors, and those that hold their words beside others, have gone too when this resolves;
   * the index lets go within seconds, or when it is back.
   */
  forget(message_ids: readonly MessageId[]): Promise<void>
  /** Does what there is to do, started or not, and resolves when nothing can be done for now. */
  syncNow(): Promise<void>
  /** Resolves when nothing can be done for now. */
  whenIdle(): Promise<void>
  /** Messages that have no vector yet. */
  pending(): Promise<number>
  health(): Promise<Health>
}

export interface MessageVectorsDeps {
  readonly turns: MessageContext
  /** Over the same messages. */
  readonly source: EmbeddingSource
  readonly vectors: VectorStore
  /** Over the space of messages. */
  readonly index: VectorIndex
  readonly embedder: Embedder
  /** The embedding model of before, until the present one has caught up, and where its vectors of messages stand. */
  readonly previous?: PreviousModel | undefined
  readonly former_space?: string | undefined
  /** Whether messages get vectors; without, only those that there are are kept in step. */
  readonly embeds: boolean
  /** Least similarity by the present embedding model. */
  readonly min_similarity: number
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Vectors of messages, in a space of their own beside that of the memories. */
export const createMessageVectors = (parts: MessageVectorsDeps): MessageVectors => {
  const { turns, vectors, index, tokens, clock, embeds } = parts
  const embedding = new Embedding(parts.embedder, tokens, clock, parts.logger)
  const space = messageSpace(embedding.space)
  const indexer = new SyncWorker({ ...parts, space, embedding })
  const logger = parts.logger.for('memory.messages')
  let started = false

  const holds = async (scope: Scope): Promise<boolean> =>
    (await vectors.holds(space, scope)) ||
    (parts.former_space !== undefined && (await vectors.holds(parts.former_space, scope)))

  return {
    start: () => {
      started = true
      indexer.requestSync()
    },
    findSimilar: async (scope, question, limit, call) => {
      // Whose messages have no vectors costs nothing.
      if (!embeds || !(await holds(scope))) return []
      const { vector, ...asked } = (await parts.previous?.asked(scope, question, call)) ?? {
        index,
        min_similarity: parts.min_similarity,
        vector: await embedding.ofQuestion(question, call),
      }
      const neighbours = await withDeadline(
        clock,
        INDEX_DEADLINE_MS,
        'the index of messages',
        signal => asked.index.query(scope, vector, limit, signal),
        call.signal,
      )
      return neighbours
        .filter(each => each.similarity >= asked.min_similarity)
        .map(({ memory_id, similarity }) => ({ message_id: memory_id.slice(MESSAGE_PREFIX.length), similarity }))
    },
    requestSync: () => {
      if (started) indexer.requestSync()
    },
    forget: async message_ids => {
      try {
        await withDeadline(clock, LETTING_GO_DEADLINE_MS, 'the index of messages', signal =>
          indexer.deleteVectors(signal),
        )
      } catch (error) {
        logger.warn('The index lets go of forgotten messages later', {
          why: asDenidinError(error).message,
          messages: message_ids.length,
        })
      }
    },
    syncNow: async () => {
      indexer.requestSync()
      await indexer.whenIdle()
    },
    whenIdle: () => indexer.whenIdle(),
    pending: async () => (embeds ? Math.max(0, (await turns.count()) - (await vectors.count(space))) : 0),
    health: async () =>
      indexer.trouble === undefined
        ? { state: 'ok', detail: 'Messages are found by meaning.' }
        : { state: 'degraded', detail: `Messages wait: ${indexer.trouble}.` },
    [Symbol.asyncDispose]: async () => {
      await indexer[Symbol.asyncDispose]()
      await index[Symbol.asyncDispose]()
    },
  }
}
