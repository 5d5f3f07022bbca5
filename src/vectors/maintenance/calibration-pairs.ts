/** Samples stored vectors and compares pairs of them, for the calibration of the threshold. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Scope } from '../../messages/scope.ts'
import type { IndexedVectors } from '../collection-allocator.ts'
import { cosine } from '../exact-search.ts'
import type { StoredVector } from '../vector-store.ts'

/**
 * How many scopes are sampled, and how many vectors of each: about a hundred thousand comparisons at most, in small
 * steps.
 */
const SCOPES = 40
const OF_A_SCOPE = 40
/** Unrelated vectors that each vector is compared with. */
const STRANGERS = 20

/** The session of each memory, from the memory store. */
export interface MemorySessions {
  get(
    scope: Scope,
    memory_ids: readonly string[],
  ): Promise<readonly { readonly memory_id: string; readonly session_id: string | undefined }[]>
}

/** A vector with its conversation. */
export interface Sample {
  readonly scope: Scope
  readonly session_id: string | undefined
  readonly vector: Float32Array
}

/** Vectors of memories with their sessions, from a random choice of scopes. */
export const memorySamples = async (
  table: Pick<IndexedVectors, 'scopes' | 'vectorsOf'>,
  memories: MemorySessions,
  ids: Ids,
): Promise<readonly Sample[]> => {
  const samples: Sample[] = []
  for (const scope of chosen(await table.scopes(), SCOPES, ids)) {
    const vectors = await table.vectorsOf(scope, OF_A_SCOPE)
    const found = await memories.get(
      scope,
      vectors.map(each => each.item_id),
    )
    const sessions = new Map(found.map(each => [each.memory_id, each.session_id]))
    samples.push(...vectors.map(({ item_id, vector }) => ({ scope, session_id: sessions.get(item_id), vector })))
    await yieldToEventLoop()
  }
  return samples
}

/**
 * How similar questions are to memories of their own conversation, and to memories of others: of other people if there
 * are any, else of other conversations.
 */
export const comparePairs = async (
  questions: readonly Sample[],
  remembered: readonly Sample[],
  ids: Ids,
): Promise<{ readonly related: readonly number[]; readonly unrelated: readonly number[] }> => {
  const several = new Set(remembered.map(each => each.scope)).size > 1
  const related: number[] = []
  const unrelated: number[] = []
  for (const question of questions) {
    const own = remembered.filter(
      each =>
        each !== question &&
        each.scope === question.scope &&
        each.session_id !== undefined &&
        each.session_id === question.session_id,
    )
    const others = remembered.filter(each =>
      several ? each.scope !== question.scope : each.session_id !== question.session_id,
    )
    related.push(...own.map(each => cosine(question.vector, each.vector)))
    unrelated.push(...chosen(others, STRANGERS, ids).map(each => cosine(question.vector, each.vector)))
    await yieldToEventLoop()
  }
  return { related, unrelated }
}

/** The greatest similarity between two different vectors of one scope, and how many pairs were compared. */
export const nearestPair = (vectors: readonly StoredVector[]): { readonly pairs: number; readonly most: number } => {
  let most = -1
  let pairs = 0
  for (const [at, one] of vectors.entries()) {
    for (const other of vectors.slice(at + 1)) {
      pairs += 1
      most = Math.max(most, cosine(one.vector, other.vector))
    }
  }
  return { pairs, most }
}

/** A random sample. */
export const chosen = <T>(items: readonly T[], count: number, ids: Ids): readonly T[] => {
  if (items.length <= count) return items
  const indexes = new Set<number>()
  while (indexes.size < count) indexes.add(Math.floor(ids.fraction() * items.length))
  return [...indexes].flatMap(index => items.slice(index, index + 1))
}
