/** Ranks recalled memories by similarity and recency. */
import { DAY_MS } from '../platform/clock.ts'
import type { RecalledMemory } from './memory.ts'

/** Age at which a memory's recency has dropped to one half. */
const RECENCY_HALF_LIFE_MS = 30 * DAY_MS

/** How recalled memories are chosen; names and defaults as in the configuration. */
export interface RecallSettings {
  /** Most memories. */
  readonly top_k_results: number
  /** Least similarity; applied exactly as configured. */
  readonly min_similarity: number
  readonly semantic_weight: number
  readonly recency_weight: number
}

/** 0.5 ^ (age / 30 days): 1 for a memory from now (or later, on a clock that differs), 0.5 after 30 days. */
export const recencyOf = (said_to: number, now: number): number =>
  0.5 ** (Math.max(0, now - said_to) / RECENCY_HALF_LIFE_MS)

/**
 * The similar memories that still hold, best score first, at most `top_k_results`. Score: semantic_weight · similarity
 * + recency_weight · recency; among equals, the newer one first.
 */
export const rank = (
  similar: readonly Pick<RecalledMemory, 'memory' | 'similarity'>[],
  settings: Pick<RecallSettings, 'top_k_results' | 'semantic_weight' | 'recency_weight'>,
  now: number,
): readonly RecalledMemory[] =>
  similar
    // Memories that no longer hold are history: they are listed, not recalled.
    .filter(({ memory }) => memory.valid_to === undefined || memory.valid_to > now)
    .map(({ memory, similarity }) => {
      const recency = recencyOf(memory.said_to, now)
      const score = settings.semantic_weight * similarity + settings.recency_weight * recency
      return { memory, similarity, recency, score }
    })
    .sort((a, b) => b.score - a.score || b.memory.said_to - a.memory.said_to)
    .slice(0, settings.top_k_results)
