import type { Scope } from '../messages/scope.ts'

export interface StoredVector {
  readonly memory_id: string
  readonly scope: Scope
  readonly vector: Float32Array
}

/**
 * Every embedding that was ever paid for, by memory and space (embedding model). The index follows it: whatever stands
 * here and not there is put there, whatever left here leaves there. Kept in `data/vectors.db`.
 */
export interface VectorStore {
  /**
   * Adds or replaces vectors.
   * @throws DenidinError `invalid_input` when a vector has another length than those that the space holds already.
   */
  put(space: string, vectors: readonly StoredVector[]): Promise<void>
  /** Under which scope each of these memories has a vector in `space`; those without one are left out. */
  scopesOf(space: string, memory_ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** Ids of memories with a vector in any space, in the order of the ids, after `after`. */
  memoryIds(page: { readonly limit: number; readonly after?: string }): Promise<readonly string[]>
  /** Vectors of one scope, in batches, in a stable order. */
  ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]>
  /** How many vectors a space holds. */
  count(space: string): Promise<number>
  /** How many vectors a scope holds, over all spaces. */
  countOfScope(scope: Scope): Promise<number>
  /** Moves the vectors of a scope, or only those of `memory_ids`, to another scope. */
  rescope(from: Scope, to: Scope, memory_ids?: readonly string[]): Promise<void>
  /** Removes every vector of a scope. @returns how many */
  deleteScope(scope: Scope): Promise<number>
  /** Removes these memories' vectors from every space. */
  delete(memory_ids: readonly string[]): Promise<void>
}
