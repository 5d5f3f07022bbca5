/** Finds the facts and summaries that are similar to a question, scope by scope. */
import type { Clock } from '../platform/clock.ts'
import type { ScopeEntry, Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { SimilarityQuery, SourceVectors } from '../vectors/source-vectors.ts'
import { rank, type RecallSettings } from './fact-ranking.ts'
import type { MemoryRecord, RecalledMemory } from './memory.ts'
import type { MemoryReader } from './memory-store.ts'

/** Neighbours to choose from: recency may lift a memory over others that are more similar. */
const LEAST_CANDIDATES = 50
const CANDIDATES_PER_RESULT = 4

/** A memory similar to a question in meaning. */
export interface SimilarMemory {
  readonly memory: MemoryRecord
  /** 1 − cosine distance. */
  readonly similarity: number
}

export interface FactHits {
  /** Memories that may be shown, best first, at most `top_k_results`. */
  readonly memories: readonly RecalledMemory[]
  /**
   * By scope: every memory similar to the question, best first, of every speaker, whether or not it still holds. They
   * lead to the messages that they were taken from; do not show them.
   */
  readonly similar: ReadonlyMap<Scope, readonly SimilarMemory[]>
}

export const NO_FACTS: FactHits = { memories: [], similar: new Map() }

export interface FactSearch {
  /**
   * Searches the memories of `entries`. The first entry is the scope that the question is asked in. Other entries are
   * skipped when they cannot be searched.
   * @throws DenidinError when the embedder fails, or the index fails for the first entry.
   */
  findFacts(entries: readonly ScopeEntry[], question: string, call: CallContext): Promise<FactHits>
}

export interface FactSearchDeps {
  readonly settings: Pick<RecallSettings, 'top_k_results' | 'semantic_weight' | 'recency_weight'>
  readonly memories: Pick<MemoryReader, 'get' | 'countOfScope'>
  readonly vectors: Pick<SourceVectors, 'ask'>
  readonly clock: Clock
}

export const createFactSearch = (deps: FactSearchDeps): FactSearch => ({
  findFacts: async (entries, question, call) => {
    const { settings, memories, clock } = deps
    const counts = await Promise.all(entries.map(each => memories.countOfScope(each.scope)))
    const searched = entries.filter((_entry, at) => (counts[at] ?? 0) > 0)
    const asked = entries[0]?.scope
    // Without memories a question costs nothing: no embedding, no query.
    if (asked === undefined || searched.length === 0) return NO_FACTS
    const query = await deps.vectors.ask(asked, question, call)
    const limit = Math.max(LEAST_CANDIDATES, CANDIDATES_PER_RESULT * settings.top_k_results)
    const found = await Promise.all(
      searched.map(async entry => ({ entry, similar: await similarIn(memories, query, entry.scope, limit, asked) })),
    )
    const readable = found.flatMap(({ entry, similar }) => similar.filter(({ memory }) => mayRead(entry, memory)))
    return {
      memories: rank(readable, settings, clock.now()),
      similar: new Map(found.map(({ entry, similar }) => [entry.scope, similar])),
    }
  },
})

/** In a group where a person may read only their own words, a memory must come from these words alone. */
const mayRead = ({ only }: ScopeEntry, { person_ids }: MemoryRecord): boolean =>
  only === undefined || (person_ids.length === 1 && person_ids[0] === only)

const similarIn = async (
  memories: FactSearchDeps['memories'],
  query: SimilarityQuery,
  scope: Scope,
  limit: number,
  asked: Scope,
): Promise<readonly SimilarMemory[]> => {
  try {
    const neighbours = await query.nearest(scope, limit)
    if (neighbours.length === 0) return []
    const found = await memories.get(
      scope,
      neighbours.map(each => each.item_id),
    )
    const byId = new Map(found.map(memory => [memory.memory_id, memory]))
    // The index may still name memories that the scope no longer holds.
    return neighbours.flatMap(({ item_id, similarity }) => {
      const memory = byId.get(item_id)
      return memory === undefined ? [] : [{ memory, similarity }]
    })
  } catch (error) {
    if (scope === asked) throw error
    return []
  }
}
