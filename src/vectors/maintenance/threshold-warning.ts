/** Warns when the similarity threshold is so high that nothing stored could ever be recalled. */
import type { Ids } from '../../platform/ids.ts'
import type { IndexedVectors } from '../collection-allocator.ts'
import { LEAST_PAIRS } from './calibration.ts'
import { chosen, nearestPair } from './calibration-pairs.ts'

/** How many scopes, and how many vectors of each, are compared: some milliseconds. */
const SCOPES = 20
const VECTORS_PER_SCOPE = 12

/**
 * @returns a sentence for the operator; `undefined` if some stored vectors reach the threshold, or there are too few
 */
export const findThresholdWarning = async (
  tables: readonly Pick<IndexedVectors, 'scopes' | 'vectorsOf'>[],
  min_similarity: number,
  ids: Ids,
): Promise<string | undefined> => {
  let pairs = 0
  let most = -1
  for (const table of tables) {
    for (const scope of chosen(await table.scopes(), SCOPES, ids)) {
      const found = nearestPair(await table.vectorsOf(scope, VECTORS_PER_SCOPE))
      pairs += found.pairs
      most = Math.max(most, found.most)
    }
  }
  return pairs < LEAST_PAIRS || most >= min_similarity
    ? undefined
    : `Nothing reaches memory.longterm.min_similarity (${String(min_similarity)}): of what is remembered, the most similar reach ${most.toFixed(2)}. \`denidin memory calibrate\` suggests a value.`
}
