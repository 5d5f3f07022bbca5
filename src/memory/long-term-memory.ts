/** The port of long-term memory: storing and finding facts and summaries, over a memory store and its vectors. */
import type { Health } from '../platform/health.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { DeletedVectors } from '../vectors/source-vectors.ts'
import type { FactSearch } from './fact-search.ts'
import type { MemoryRecord } from './memory.ts'
import type { MemoryPage } from './memory-store.ts'

export interface MemoryStats {
  readonly enabled: boolean
  readonly memories: number
  readonly scopes: number
  /** Memories whose vector is still to be computed. */
  readonly pending_embedding: number
  /** Memories whose vector is still to be put into the index. */
  readonly pending_index: number
  /** Name of the vector space: the embedding model. */
  readonly space: string
  /** Similarity below which nothing is recalled. */
  readonly min_similarity: number
  readonly index: Health
}

/** Long-term memory as the rest of DeniDin sees it. Switched off, it is an object of its own that remembers nothing. */
export interface LongTermMemory extends FactSearch, AsyncDisposable {
  /** The vectors of a person; the memories themselves belong to the memory store. */
  readonly personal: PersonalData
  /** Begins to embed and index, in the background, what is missing. */
  start(): Promise<void>
  /**
   * Stores a memory. It is safe in SQLite when this resolves; embedding and index follow in the background, also after a
   * restart. A session that gave a memory already gives no second one.
   */
  store(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }>
  /** Forgets what a session gave: gone for every search when this resolves; vector and index follow in the background. */
  forget(session_id: string): Promise<void>
  /** Deletes the vectors of memories that have left the store: vectors at once, the index within seconds or when it is back. */
  deleteVectors(memory_ids: readonly string[]): Promise<DeletedVectors>
  list(scope: Scope | 'all', page: MemoryPage): Promise<readonly MemoryRecord[]>
  stats(): Promise<MemoryStats>
  /** Resolves when nothing waits for embedding or index, or cannot go on for now. */
  whenIdle(): Promise<void>
  health(): Promise<Health>
}
