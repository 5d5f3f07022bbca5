/** Ranks recalled memories by similarity and recency, and cuts them to a number of tokens. */
import { DAY_MS } from '../platform/clock.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { RecalledMemory } from './memory.ts'

/** Age at which a memory's recency has fallen to one half. */
const RECENCY_HALF_LIFE_MS = 30 * DAY_MS

/** How recalled memories are chosen; names and defaults as in the configuration. */
export interface RecallSettings {
  /** Most memories. */
  readonly top_k_results: number
  /** Least similarity; obeyed as it is. */
  readonly min_similarity: number
  /** Most tokens of all recalled texts together. */
  readonly recall_tokens: number
  readonly semantic_weight: number
  readonly recency_weight: number
}

/** 0.5 ^ (age / 30 days): 1 for what was said now (or later, on a clock that differs), 0.5 after 30 days. */
export const recencyOf = (said_to: number, now: number): number =>
  0.5 ** (Math.max(0, now - said_to) / RECENCY_HALF_LIFE_MS)

/**
 * The similar memories that still hold, best score first, at most `top_k_results`.
 * Score: semantic_weight · similarity + recency_weight · recency; of equals, the newer goes first.
 */
export const rank = (
  similar: readonly Pick<RecalledMemory, 'memory' | 'similarity'>[],
  settings: Pick<RecallSettings, 'top_k_results' | 'semantic_weight' | 'recency_weight'>,
  now: number,
): readonly RecalledMemory[] =>
  similar
    // What no longer holds is history: it is listed, not recalled.
    .filter(({ memory }) => memory.valid_to === undefined || memory.valid_to > now)
    .map(({ memory, similarity }) => {
      const recency = recencyOf(memory.said_to, now)
      const score = settings.semantic_weight * similarity + settings.recency_weight * recency
      return { memory, similarity, recency, score }
    })
    .sort((a, b) => b.score - a.score || b.memory.said_to - a.memory.said_to)
    .slice(0, settings.top_k_results)

/**
 * As many of the memories, from the first on, as fit into `most` tokens. The first is kept in any case (unless `most` is
 * 0), cut after its last line that fits; a first line that alone is too long is cut within.
 */
export const fit = (
  recalled: readonly RecalledMemory[],
  most: number,
  tokens: TokenCounter,
): readonly RecalledMemory[] => {
  const kept: RecalledMemory[] = []
  let left = most
  for (const each of recalled) {
    const size = tokens.count(each.memory.text)
    if (size > left) {
      if (kept.length > 0 || most <= 0) break
      return [{ ...each, memory: { ...each.memory, text: cutAtLineEnd(each.memory.text, most, tokens) } }]
    }
    kept.push(each)
    left -= size
  }
  return kept
}

const cutAtLineEnd = (text: string, most: number, tokens: TokenCounter): string => {
  const cut = tokens.cut(text, most, 'start')
  const end = cut.lastIndexOf('\n')
  return end > 0 ? cut.slice(0, end).trimEnd() : cut
}
