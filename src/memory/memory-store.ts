import type { Scope } from '../messages/scope.ts'
import type { Memory } from './memory.ts'

/** Counts of what is remembered. */
export interface MemoryCounts {
  readonly memories: number
  readonly scopes: number
  /** Memories whose vector is still to be computed. */
  readonly pending_embedding: number
  /** Memories whose vector is still to be put into the index. */
  readonly pending_index: number
}

/** Long-term memories: the truth, from which every index can be rebuilt. */
export interface MemoryStore {
  /** Adds a memory unless its session has given one already; tells which stands now. */
  add(memory: Memory): Promise<{ readonly added: boolean; readonly memory: Memory }>
  /** The memories of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, ids: readonly string[]): Promise<readonly Memory[]>
  /** Newest first, at most `limit`, older than `before` (a `memory_id` of a page before). */
  list(scope: Scope, page: { readonly limit: number; readonly before?: string }): Promise<readonly Memory[]>
  /** For the operator: newest first over all scopes. */
  listAll(page: { readonly limit: number; readonly before?: string }): Promise<readonly Memory[]>
  /** How many memories a scope holds. */
  count(scope: Scope): Promise<number>
  counts(space: string): Promise<MemoryCounts>
}
