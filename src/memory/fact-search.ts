import { withDeadline } from '../platform/deadline.ts'
import type { Clock } from '../platform/clock.ts'
import { personOfScope, type SearchScope, type Scope } from '../messages/scope.ts'
import type { MemoryRecord } from './memory.ts'
import type { MemoryStore } from './memory-store.ts'
import { INDEX_DEADLINE_MS, type Neighbour, type VectorIndex } from '../vectors/vector-index.ts'

export interface FactSearchDeps {
  readonly memories: MemoryStore
  readonly index: VectorIndex
  readonly clock: Clock
}

/** What to look for, and how much of it. */
export interface FactQuery {
  readonly vector: Float32Array
  readonly candidates: number
  readonly min_similarity: number
  readonly signal: AbortSignal | undefined
}

/** Neighbours of a question and the memories that they are. */
export interface FactHits {
  readonly similar: readonly Neighbour[]
  readonly memories: readonly MemoryRecord[]
}

/** One place that a question reaches into, and which of its memories it may see there. */
export interface FactScope {
  readonly scope: Scope
  may(memory: MemoryRecord): boolean
}

const anything = (): boolean => true

/** The places of a reach that hold anything. In a group, a speaker's reach ends at what they alone said. */
export const factScopes = async (memories: MemoryStore, reach: SearchScope): Promise<readonly FactScope[]> => {
  const { scope, speaker, extra_scopes: others = [] } = reach
  const groups = speaker === undefined ? [] : await memories.groupsOfSpeaker(speaker)
  const places: FactScope[] = [scope, ...others].map(each => ({ scope: each, may: anything }))
  for (const group of groups) {
    if (places.some(place => place.scope === group)) continue
    const own = (memory: MemoryRecord): boolean => memory.person_ids.length === 1 && memory.person_ids[0] === speaker
    places.push({ scope: group, may: own })
  }
  const counts = await Promise.all(places.map(place => memories.countOfScope(place.scope)))
  return places.filter((_place, at) => (counts[at] ?? 0) > 0)
}

/**
 * Asks the index place by place. What lies further away than the scope itself is left out where it cannot be had.
 * @throws DenidinError as the index does for the scope itself.
 */
export const searchFacts = async (
  { memories, index, clock }: FactSearchDeps,
  places: readonly FactScope[],
  own: Scope,
  query: FactQuery,
): Promise<FactHits> => {
  const inPlace = async ({ scope, may }: FactScope): Promise<FactHits> => {
    const neighbours = await withDeadline(
      clock,
      INDEX_DEADLINE_MS,
      'the memory index',
      signal => index.query(scope, query.vector, query.candidates, signal),
      query.signal,
    )
    const similar = neighbours.filter(each => each.similarity >= query.min_similarity)
    if (similar.length === 0) return { similar, memories: [] }
    // Ids that this scope does not hold are left over from before a change, and are dropped here.
    const found = await memories.get(
      scope,
      similar.map(each => each.memory_id),
    )
    return { similar, memories: found.filter(may) }
  }
  const found = await Promise.all(
    places.map(async place => {
      try {
        return await inPlace(place)
      } catch (error) {
        if (place.scope === own) throw error
        return { similar: [], memories: [] }
      }
    }),
  )
  return { similar: found.flatMap(each => each.similar), memories: found.flatMap(each => each.memories) }
}

/** A reach as it was given, or the scope alone. */
export const asSearchScope = (reach: SearchScope | Scope): SearchScope =>
  typeof reach === 'string' ? { scope: reach } : reach

/** How far a person's own question reaches who asks in a direct chat; in a group, as far as the group. */
export const ownSearchScope = (scope: Scope): SearchScope => {
  const speaker = personOfScope(scope)
  return speaker === undefined ? { scope } : { scope, speaker }
}
