/** The similarity threshold that suits each embedding model. */
import { OFFLINE_MIN_SIMILARITY } from '../models/offline/offline-embedder.ts'

/**
 * Least similarity at which a memory is recalled, by embedding model. A threshold fits only its model. With
 * `text-embedding-ada-002` unrelated texts already reach 0.6 to 0.7. With the `text-embedding-3` models related ones
 * often reach only 0.2 to 0.6, so that 0.7 would recall almost nothing.
 */
const MIN_SIMILARITY: Readonly<Record<string, number>> = {
  'text-embedding-ada-002': 0.7,
  'text-embedding-3-small': 0.2,
  'text-embedding-3-large': 0.2,
}

/** For models that were not measured: low enough to recall something, high enough to exclude unrelated texts. */
const DEFAULT_MIN_SIMILARITY = 0.3

/** All versions of the offline embedder share a threshold that was measured with it. */
const OFFLINE_MODEL = /^offline-/

/** The threshold that suits an embedding model, named as in `embeddings.model` (a prefix such as `openai/` is ignored). */
export const defaultMinSimilarity = (model: string): number => {
  const name = model.toLowerCase().replace(/^.*\//, '')
  return OFFLINE_MODEL.test(name) ? OFFLINE_MIN_SIMILARITY : (MIN_SIMILARITY[name] ?? DEFAULT_MIN_SIMILARITY)
}
