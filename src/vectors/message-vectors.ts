/** Finds messages by embedding: the vectors of messages, in a separate space beside that of the memories. */
import { asDenidinError } from '../platform/errors.ts'
import type { Health } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { MessageId } from '../messages/message.ts'
import type { MessageContext } from '../messages/message-context.ts'
import type { Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import { messageOfItem } from './item-id.ts'
import type { SourceVectors } from './source-vectors.ts'

/** A message similar to a question in meaning. */
export interface SimilarMessage {
  readonly message_id: MessageId
  /** 1 − cosine distance. */
  readonly similarity: number
}

export interface MessageVectors extends AsyncDisposable {
  /** Starts embedding, in the background, messages that changed or have no vector yet. */
  start(): void
  /**
   * Messages of `scope` that are similar to `question`, best first, none below the threshold.
   * @throws DenidinError if the embedder or the index does not answer.
   */
  findSimilar(scope: Scope, question: string, limit: number, call: CallContext): Promise<readonly SimilarMessage[]>
  /** Messages arrived or changed: checks for work now instead of within a minute. */
  requestSync(): void
  /**
   * Call after messages were deleted. When this resolves, their vectors and those of neighbours that contain their
   * words are deleted; the index follows within seconds, or when it is back.
   */
  forget(message_ids: readonly MessageId[]): Promise<void>
  /** Resolves when nothing more can be done for now. */
  whenIdle(): Promise<void>
  /** Messages that have no vector yet. */
  pending(): Promise<number>
  health(): Promise<Health>
}

export interface MessageVectorsDeps {
  readonly context: Pick<MessageContext, 'count'>
  readonly vectors: SourceVectors
  /** Whether messages get vectors. If not, nothing is found, and existing vectors are only kept in sync. */
  readonly embeds: boolean
  readonly logger: Logger
}

export const createMessageVectors = (deps: MessageVectorsDeps): MessageVectors => {
  const { vectors, embeds } = deps
  const logger = deps.logger.for('memory.messages')
  return {
    start: () => vectors.start(),
    findSimilar: async (scope, question, limit, call) => {
      // A scope without vectors costs nothing: no embedding, no query.
      if (!embeds || !(await vectors.holds(scope))) return []
      const query = await vectors.ask(scope, question, call)
      const neighbours = await query.nearest(scope, limit)
      return neighbours.map(({ item_id, similarity }) => ({ message_id: messageOfItem(item_id), similarity }))
    },
    requestSync: () => vectors.requestSync(),
    forget: async message_ids => {
      try {
        await vectors.deleteStale()
      } catch (error) {
        logger.warn('The index deletes forgotten messages later', {
          why: asDenidinError(error).message,
          messages: message_ids.length,
        })
      }
    },
    whenIdle: () => vectors.whenIdle(),
    pending: async () => (embeds ? Math.max(0, (await deps.context.count()) - (await vectors.count())) : 0),
    health: async () =>
      vectors.trouble === undefined
        ? { state: 'ok', detail: 'Messages are found by meaning.' }
        : { state: 'degraded', detail: `Messages wait: ${vectors.trouble}.` },
    [Symbol.asyncDispose]: () => vectors[Symbol.asyncDispose](),
  }
}
