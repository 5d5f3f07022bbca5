/** A second opinion on whether two facts mean the same, by the cosine similarity of their embeddings. */
import type { CallContext } from '../../models/language-model.ts'
import type { Embedder } from '../../models/embedder.ts'
import { defaultMinSimilarity } from '../../vectors/thresholds.ts'

/** Never decides alone: the words have to be similar first. */
export interface EmbeddingSimilarity {
  /**
   * Which of `others` mean the same as `text`; an empty list if the embedder does not answer.
   * @throws the reason of the call's signal when it is aborted; nothing else.
   */
  sameMeaning(text: string, others: readonly string[], call: Omit<CallContext, 'purpose'>): Promise<readonly boolean[]>
}

/**
 * Two texts mean the same from this point between the model's recall threshold and 1: 0.76 for
 * `text-embedding-3-small`, 0.91 for `text-embedding-ada-002`.
 */
const SAME_MEANING_SHARE = 0.7

/** Similarity by the embeddings of a model. */
export const createEmbeddingSimilarity = (embedder: Embedder): EmbeddingSimilarity => {
  const least = defaultMinSimilarity(embedder.model)
  const threshold = least + SAME_MEANING_SHARE * (1 - least)
  return {
    sameMeaning: async (text, others, call) => {
      try {
        const { vectors } = await embedder.embed([text, ...others], { ...call, purpose: 'memory' })
        const [own, ...rest] = vectors
        return rest.map(vector => own !== undefined && cosine(own, vector) >= threshold)
      } catch {
        call.signal?.throwIfAborted()
        return []
      }
    },
  }
}

/** For vectors of length 1, the cosine is the dot product. */
const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
