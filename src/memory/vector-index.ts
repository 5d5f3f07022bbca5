import type { Health } from '../platform/health.ts'
import type { Scope } from '../messages/scope.ts'
import type { StoredVector } from './vector-store.ts'

export interface Neighbour {
  readonly memory_id: string
  /** 1 − cosine distance. */
  readonly similarity: number
}

/**
 * Finds the nearest vectors of one scope. Derived from the vector store: whatever is lost here is filled again from
 * there, in the background, while answers go on without it.
 */
export interface VectorIndex extends AsyncDisposable {
  /**
   * The nearest vectors of `scope`, best first. The scope is part of the query, never a filter afterwards.
   * @throws DenidinError `unavailable` while the index is down or being rebuilt.
   */
  query(scope: Scope, vector: Float32Array, limit: number, signal?: AbortSignal): Promise<readonly Neighbour[]>
  /**
   * Adds or replaces vectors. They are in the vector store already.
   * @throws DenidinError `unavailable`; the index takes them from the vector store when it is back.
   */
  upsert(vectors: readonly StoredVector[]): Promise<void>
  /** Takes vectors out. @throws DenidinError `unavailable` */
  delete(scope: Scope, memory_ids: readonly string[]): Promise<void>
  /** Forgets where the scopes' vectors lie and fills them again from the vector store. @throws DenidinError `unavailable` */
  rebuild(scopes: readonly Scope[]): Promise<void>
  health(): Promise<Health>
}
