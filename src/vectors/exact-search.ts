/** Finds nearest vectors by comparing all of them. */
import type { Neighbour } from './vector-index.ts'
import type { StoredVector } from './vector-store.ts'

/** The vectors nearest to `question` by cosine, best first, found by comparing it with every one. */
export const nearest = (
  question: Float32Array,
  vectors: readonly StoredVector[],
  limit: number,
): readonly Neighbour[] =>
  vectors
    .map(({ item_id, vector }) => ({ item_id, similarity: cosine(question, vector) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, limit)

/** 0 if one of them has no length. */
export const cosine = (a: Float32Array, b: Float32Array): number => {
  let dot = 0
  let squaresA = 0
  let squaresB = 0
  for (let at = 0; at < a.length; at++) {
    const x = a[at] ?? 0
    const y = b[at] ?? 0
    dot += x * y
    squaresA += x * x
    squaresB += y * y
  }
  const sizes = Math.sqrt(squaresA * squaresB)
  return sizes === 0 ? 0 : dot / sizes
}
