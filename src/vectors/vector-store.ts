import type { Scope } from '../messages/scope.ts'

/** What the ids of messages begin with among the vectors. */
export const MESSAGE_PREFIX = 'message:'

export interface StoredVector {
  /** What it stands for: a memory's id, or the prefix of another source and an id of that source's own. */
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
  /**
   * Ids that have a vector in any space, in their order, after `after`: those that begin with `prefix`; without one those
   * of memories, which have none.
   */
  idsOf(prefix: string, page: { readonly limit: number; readonly after?: string }): Promise<readonly string[]>
  /** Vectors of one scope, in batches, in a stable order. */
  ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]>
  /** How many vectors a space holds. */
  count(space: string): Promise<number>
  /** Whether a space holds any, or any of a scope. */
  holds(space: string, scope?: Scope): Promise<boolean>
  /** How many vectors of a scope a space holds. */
  countIn(space: string, scope: Scope): Promise<number>
  /** Every space that holds vectors, the one that was written to last first, with the number of its vectors. */
  spaces(): Promise<readonly { readonly space: string; readonly vectors: number }[]>
  /** Removes some of a space's vectors; false when some are left. */
  dropSpace(space: string): Promise<boolean>
  /** How far a growing source has been compared with a space; kept with the vectors, so that both are lost together. */
  mark(space: string): Promise<string | undefined>
  /** `undefined`: everything is to be compared again. */
  setMark(space: string, mark: string | undefined): Promise<void>
  /** How many vectors a scope holds, over all spaces. */
  countOfScope(scope: Scope): Promise<number>
  /** Moves the vectors of a scope, or only those of `memory_ids`, to another scope. */
  rescope(from: Scope, to: Scope, memory_ids?: readonly string[]): Promise<void>
  /** Removes every vector of a scope. @returns how many */
  deleteScope(scope: Scope): Promise<number>
  /** Removes these memories' vectors from every space. */
  delete(memory_ids: readonly string[]): Promise<void>
}
