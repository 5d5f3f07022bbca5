import type { Scope } from '../messages/scope.ts'

export interface StoredVector {
  readonly memory_id: string
  readonly scope: Scope
  readonly vector: Float32Array
}

/**
 * Every embedding that was ever paid for, by memory and space (embedding model). The index is filled from it,
 * and filled again when it is lost. Kept in `data/vectors.db`.
 */
export interface VectorStore {
  put(space: string, vectors: readonly StoredVector[]): Promise<void>
  /** Which of these memories have no vector in `space` yet. */
  missing(space: string, memory_ids: readonly string[]): Promise<readonly string[]>
  /** Vectors of one scope, in batches, in a stable order. */
  ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]>
  /** How many vectors each scope holds. */
  scopes(space: string): Promise<readonly { readonly scope: Scope; readonly vectors: number }[]>
  /** Moves vectors to another scope (two identities turned out to be one person). */
  rescope(from: Scope, to: Scope): Promise<void>
  delete(memory_ids: readonly string[]): Promise<void>
}
