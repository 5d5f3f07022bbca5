/** Finds the facts and summaries that are similar to a question, scope by scope. */
import type { Clock } from '../platform/clock.ts'
import type { ScopeEntry, Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { SimilarityQuery, SourceVectors } from '../vectors/source-vectors.ts'
import type { Neighbour } from '../vectors/vector-index.ts'
import { rank, type RecallSettings } from './fact-ranking.ts'
import { FactWords } from './fact-words.ts'
import type { MemoryRecord, RecalledMemory } from './memory.ts'
import type { MemoryReader } from './memory-store.ts'

/**
 * How many neighbours to choose from: recency may lift a memory above more similar ones. The number does not depend on
 * `top_k_results`, so that a higher value never finds less.
 */
const CANDIDATES = 200

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
   * lead to the messages from which they were taken; do not show them.
   */
  readonly similar: ReadonlyMap<Scope, readonly SimilarMemory[]>
  /** Why the vectors could not be searched: the memories were found by full text only. */
  readonly failure?: string
}

export const NO_FACTS: FactHits = { memories: [], similar: new Map() }

export interface FactSearch {
  /**
   * Searches the memories of `entries` by their vectors, and by full text if the vectors cannot be searched or do not
   * exist yet. The first entry is the scope in which the question is asked. Other entries are skipped if they cannot be
   * searched.
   * @throws DenidinError if memories cannot be read.
   */
  findFacts(entries: readonly ScopeEntry[], question: string, call: CallContext): Promise<FactHits>
}

export interface FactSearchDeps {
  readonly settings: Pick<RecallSettings, 'top_k_results' | 'semantic_weight' | 'recency_weight'>
  readonly memories: Pick<MemoryReader, 'get' | 'list' | 'countOfScope'>
  readonly vectors: Pick<SourceVectors, 'ask' | 'isComplete' | 'notFindable'>
  readonly clock: Clock
}

export const createFactSearch = (deps: FactSearchDeps): FactSearch => {
  const words = new FactWords(deps.memories)
  return {
    findFacts: async (entries, question, call) => {
      const { settings, memories, clock } = deps
      const counts = await Promise.all(entries.map(each => memories.countOfScope(each.scope)))
      const searched = entries.flatMap((entry, at) => {
        const count = counts[at] ?? 0
        return count > 0 ? [{ entry, count }] : []
      })
      const asked = entries[0]?.scope
      // If there are no memories, a question costs nothing: no embedding, no query.
      if (asked === undefined || searched.length === 0) return NO_FACTS
      const asking = await ask(deps, asked, question, call)
      const found = await Promise.all(
        searched.map(async ({ entry, count }) => ({
          entry,
          ...(await similarIn({ ...deps, words }, asking.query, { scope: entry.scope, count, question, asked })),
        })),
      )
      const readable = found.flatMap(({ entry, similar }) => similar.filter(({ memory }) => mayRead(entry, memory)))
      const failure = asking.failure ?? found.find(each => each.failure !== undefined)?.failure
      return {
        memories: rank(readable, settings, clock.now()),
        similar: new Map(found.map(({ entry, similar }) => [entry.scope, similar])),
        ...(failure === undefined ? {} : { failure }),
      }
    },
  }
}

/** In a group where a person may read only their own messages, a memory must come only from those. */
const mayRead = ({ only }: ScopeEntry, { person_ids }: MemoryRecord): boolean =>
  only === undefined || (person_ids.length === 1 && person_ids[0] === only)

/** The question as a vector, or why there is none. */
const ask = async (
  { vectors }: Pick<FactSearchDeps, 'vectors'>,
  asked: Scope,
  question: string,
  call: CallContext,
): Promise<{ readonly query?: SimilarityQuery; readonly failure?: string }> => {
  try {
    return { query: await vectors.ask(asked, question, call) }
  } catch (error) {
    return { failure: asDenidinError(error).message }
  }
}

interface ScopeQuestion {
  readonly scope: Scope
  /** Memories of the scope. */
  readonly count: number
  readonly question: string
  /** The scope in which the question is asked. */
  readonly asked: Scope
}

interface ScopeMemories {
  readonly similar: readonly SimilarMemory[]
  readonly failure?: string
}

/** Searches by vectors as far as they exist, and otherwise by full text. */
const similarIn = async (
  { memories, vectors, words }: FactSearchDeps & { readonly words: FactWords },
  query: SimilarityQuery | undefined,
  { scope, count, question, asked }: ScopeQuestion,
): Promise<ScopeMemories> => {
  let neighbours: readonly Neighbour[] = []
  let failure: string | undefined
  try {
    neighbours = (await query?.nearest(scope, CANDIDATES)) ?? []
  } catch (error) {
    if (scope === asked) failure = asDenidinError(error).message
  }
  const by_vector = query !== undefined && failure === undefined
  if (!by_vector || !(await vectors.isComplete(scope, count))) {
    const matches = await words.find(scope, question, CANDIDATES)
    const ids = matches.map(each => each.item_id)
    const unknown = by_vector ? await vectors.notFindable(ids) : new Set(ids)
    const known = new Set(neighbours.map(each => each.item_id))
    const added = matches
      .filter(({ item_id }) => unknown.has(item_id) && !known.has(item_id))
      .map(({ item_id, share }) => ({ item_id, similarity: share }))
    neighbours = [...neighbours, ...added].sort((a, b) => b.similarity - a.similarity)
  }
  const similar = neighbours.length === 0 ? [] : await read(memories, scope, neighbours)
  return failure === undefined ? { similar } : { similar, failure }
}

/** The index may still name memories that are no longer in the scope. */
const read = async (
  memories: FactSearchDeps['memories'],
  scope: Scope,
  neighbours: readonly Neighbour[],
): Promise<readonly SimilarMemory[]> => {
  const ids = neighbours.map(each => each.item_id)
  const byId = new Map((await memories.get(scope, ids)).map(memory => [memory.memory_id, memory]))
  return neighbours.flatMap(({ item_id, similarity }) => {
    const memory = byId.get(item_id)
    return memory === undefined ? [] : [{ memory, similarity }]
  })
}
