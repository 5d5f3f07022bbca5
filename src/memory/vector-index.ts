import type { Health } from '../platform/health.ts'
import type { Scope } from '../messages/scope.ts'

export interface Neighbour {
  readonly memory_id: string
  /** 1 − cosine distance. */
  readonly similarity: number
}

/**
 * Finds the nearest vectors of one scope. Derived from the vector store, which it follows by catching up: whatever is
 * lost here is filled again from there, in the background, while answers go on with what is left.
 */
export interface VectorIndex extends AsyncDisposable {
  /**
   * The nearest vectors of `scope`, best first. The scope is part of the query, never a filter afterwards. May name
   * memories that have left the vector store since the index last caught up.
   * @throws DenidinError `unavailable` while the index is down or the scope's part of it is damaged.
   */
  query(scope: Scope, vector: Float32Array, limit: number, signal?: AbortSignal): Promise<readonly Neighbour[]>
  /**
   * Brings the index into step with the vector store; safe to repeat and to interrupt at any moment.
   * @throws DenidinError `unavailable`: what is left is done by the next call.
   */
  catchUp(signal?: AbortSignal): Promise<void>
  /** Fills everything anew from the vector store, answering from the old until the new is complete. @throws as `catchUp` */
  rebuild(): Promise<void>
  /** Vectors that wait to be put into the index. */
  pending(): Promise<number>
  /** Calls `listener` whenever there may be something to catch up with: the index is back, or lost a part. */
  onBehind(listener: () => void): void
  health(): Promise<Health>
}
