import type { CallContext } from '../../models/language-model.ts'
import type { Embedder } from '../../models/embedder.ts'
import { defaultMinSimilarity } from '../../vectors/thresholds.ts'

/** A second opinion on whether texts say the same. Never asked alone: words have to speak for it first. */
export interface Likeness {
  /** Which of `others` mean what `text` means; empty where nobody can say. Never rejects. */
  alike(text: string, others: readonly string[], call: Omit<CallContext, 'purpose'>): Promise<readonly boolean[]>
}

/**
 * How far above the least similarity of its model a pair of texts has to stand to be alike, as a share of what is left:
 * 0.76 for `text-embedding-3-small`, 0.91 for `text-embedding-ada-002`.
 */
const ALIKE_SHARE = 0.7

/** Likeness by the cosine of embeddings. */
export const createEmbeddedLikeness = (embedder: Embedder): Likeness => {
  const least = defaultMinSimilarity(embedder.model)
  const threshold = least + ALIKE_SHARE * (1 - least)
  return {
    alike: async (text, others, call) => {
      try {
        const { vectors } = await embedder.embed([text, ...others], { ...call, purpose: 'memory' })
        const [own, ...rest] = vectors
        return rest.map(vector => own !== undefined && dot(own, vector) >= threshold)
      } catch {
        call.signal?.throwIfAborted()
        return []
      }
    },
  }
}

/** Of vectors of length 1: their cosine. */
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
