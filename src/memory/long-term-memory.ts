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

/**
 * Long-term memory from the point of view of the rest of DeniDin. When disabled, it is a null object that remembers
 * nothing.
 */
export interface LongTermMemory extends FactSearch, AsyncDisposable {
  /** The vectors of a person; the memories themselves belong to the memory store. */
  readonly personal: PersonalData
  /** Starts embedding and indexing missing memories in the background. */
  start(): Promise<void>
  /**
   * Stores a memory. It is safe in SQLite when this resolves; embedding and indexing follow in the background, even
   * after a restart. A session that already produced a summary adds no second one.
   */
  store(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }>
  /**
   * Forgets the memories of a session: no search finds them when this resolves; vectors and index follow in the
   * background.
   */
  forget(session_id: string): Promise<void>
  /**
   * Deletes the vectors of memories that have left the store: from the vector store now, from the index within seconds
   * or when it is back.
   */
  deleteVectors(memory_ids: readonly string[]): Promise<DeletedVectors>
  list(scope: Scope | 'all', page: MemoryPage): Promise<readonly MemoryRecord[]>
  stats(): Promise<MemoryStats>
  /** Resolves when nothing waits for embedding or indexing, or nothing more can be done for now. */
  whenIdle(): Promise<void>
  health(): Promise<Health>
}
