import type { Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Embedding } from './embedding.ts'
import { defaultMinSimilarity } from './thresholds.ts'
import type { VectorIndex } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

/** Time for which a former model that did not answer is not asked again. */
const REST_MS = 5 * MINUTE_MS

/** Whom a question is put to, and in which numbers. */
export interface Asked {
  readonly index: VectorIndex
  readonly vector: Float32Array
  readonly min_similarity: number
}

/** The embedding model of before: it answers for a scope until the new one knows as much of it. */
export interface PreviousModel {
  /** `undefined`: the new model is to be asked. Never rejects. */
  asked(scope: Scope, question: string, call: CallContext): Promise<Asked | undefined>
}

export interface PreviousModelDeps {
  readonly embedding: Pick<Embedding, 'ofQuestion' | 'model'>
  readonly index: VectorIndex
  /** Where the former vectors stand, and the present ones. */
  readonly space: string
  readonly present: string
  readonly vectors: Pick<VectorStore, 'countIn'>
  readonly clock: Clock
  readonly logger: Logger
}

export const createPreviousModel = (parts: PreviousModelDeps): PreviousModel => {
  const { embedding, index, space, present, vectors, clock } = parts
  /** Scopes that the new model knows as well: that stays so. */
  const done = new Set<Scope>()
  let rests_until = 0
  return {
    asked: async (scope, question, call) => {
      if (done.has(scope) || clock.now() < rests_until) return undefined
      if ((await vectors.countIn(present, scope)) >= (await vectors.countIn(space, scope))) {
        done.add(scope)
        return undefined
      }
      try {
        const vector = await embedding.ofQuestion(question, call)
        return { index, vector, min_similarity: defaultMinSimilarity(embedding.model) }
      } catch (error) {
        call.signal?.throwIfAborted()
        rests_until = clock.now() + REST_MS
        parts.logger
          .for('memory.recall')
          .warn('The embedding model of before does not answer', { why: asDenidinError(error).message })
        return undefined
      }
    },
  }
}
