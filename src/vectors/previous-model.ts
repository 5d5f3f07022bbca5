/** The previous embedding model: it answers for a scope until the current model has embedded as much of it. */
import type { Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Embedding } from './embedding.ts'
import { defaultMinSimilarity } from './thresholds.ts'
import type { VectorIndex } from './vector-index.ts'
import type { VectorReader } from './vector-store.ts'

/** How long a previous model that failed is not asked again. */
const REST_MS = 5 * MINUTE_MS

/** A question as a vector, with the index and the threshold that belong to its model. */
export interface AskedModel {
  readonly index: VectorIndex
  readonly vector: Float32Array
  readonly min_similarity: number
}

export interface PreviousModel {
  /** `undefined`: ask the current model. Rejects only if the call is aborted. */
  asked(scope: Scope, question: string, call: CallContext): Promise<AskedModel | undefined>
  /** Whether it has vectors of a scope. */
  holds(scope: Scope): Promise<boolean>
  /** Synchronises its index with the vector store. @throws as `VectorIndex.catchUp` */
  catchUp(signal: AbortSignal): Promise<void>
}

/** There is no previous model, or the current one has caught up everywhere. */
export const noPreviousModel: PreviousModel = {
  asked: async () => undefined,
  holds: async () => false,
  catchUp: async () => undefined,
}

export interface PreviousModelDeps {
  readonly embedding: Pick<Embedding, 'ofQuestion' | 'model'>
  readonly index: VectorIndex
  /** The space of the previous model's vectors, and that of the current ones. */
  readonly space: string
  readonly present: string
  readonly vectors: Pick<VectorReader, 'countIn' | 'holds'>
  readonly clock: Clock
  readonly logger: Logger
}

export const createPreviousModel = (deps: PreviousModelDeps): PreviousModel => {
  const { embedding, index, space, present, vectors, clock } = deps
  const logger = deps.logger.for('memory.recall')
  /** Scopes of which the current model has embedded as much; that does not change again. */
  const done = new Set<Scope>()
  let rests_until = 0
  return {
    asked: async (scope, question, call) => {
      if (done.has(scope) || clock.monotonic() < rests_until) return undefined
      if ((await vectors.countIn(present, scope)) >= (await vectors.countIn(space, scope))) {
        done.add(scope)
        return undefined
      }
      try {
        const vector = await embedding.ofQuestion(question, call)
        return { index, vector, min_similarity: defaultMinSimilarity(embedding.model) }
      } catch (error) {
        call.signal?.throwIfAborted()
        rests_until = clock.monotonic() + REST_MS
        logger.warn('The previous embedding model does not answer', { why: asDenidinError(error).message })
        return undefined
      }
    },
    holds: scope => vectors.holds(space, scope),
    catchUp: signal => index.catchUp(signal),
  }
}
