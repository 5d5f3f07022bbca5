import type { Scope } from '../messages/scope.ts'
import type { Memory } from './memory.ts'

/** Part of a list, newest first: at most `limit` memories, older than `before` (last `memory_id` of the page before). */
export interface MemoryPage {
  readonly limit: number
  readonly before?: string
}

/** Long-term memories: the truth, from which every index can be rebuilt. */
export interface MemoryStore {
  /**
   * Adds a memory unless its session has given one already; tells which stands now.
   * @throws DenidinError `invalid_input` for a scope that is no well-formed text.
   */
  add(memory: Memory): Promise<{ readonly added: boolean; readonly memory: Memory }>
  /** Removes the memory that a session gave, if any. */
  removeOfSession(session_id: string): Promise<boolean>
  /** The memories of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, ids: readonly string[]): Promise<readonly Memory[]>
  list(scope: Scope, page: MemoryPage): Promise<readonly Memory[]>
  /** For the operator and for the upkeep of the index: over all scopes. */
  listAll(page: MemoryPage): Promise<readonly Memory[]>
  /** The scope of each of these memories; those that are not there are left out. */
  scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>>
  /** How many memories a scope holds. */
  countOfScope(scope: Scope): Promise<number>
  counts(): Promise<{ readonly memories: number; readonly scopes: number }>
}
