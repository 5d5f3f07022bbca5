import type { Health } from '../platform/health.ts'
import type { CallContext } from '../models/language-model.ts'
import type { SearchScope, Scope } from '../messages/scope.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { MemoryRecord, RecalledMemory } from './memory.ts'
import type { MemoryPage } from './memory-store.ts'

export interface Recall {
  readonly memories: readonly RecalledMemory[]
  /** Why nothing could be looked up, for the log; `undefined` when the search ran. */
  readonly failure?: string
}

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

/** What became of the vectors of memories that went. */
export interface Dropped {
  /** Memories that still have a vector: 0. */
  readonly vectors: number
  /** How many of them the index still finds: 0; `undefined` when it cannot be asked now and lets go later. */
  readonly index: number | undefined
}

/** What the operator and the app need of it besides. */
export interface MemorySync {
  /** The vectors of a person; the memories themselves are the memory store's. */
  readonly personal: PersonalData
  /** Compares everything, does what there is to do, and resolves when nothing can be done for now. */
  syncNow(): Promise<void>
}

/** A memory near to a question in meaning. */
export interface NearMemory {
  readonly memory: MemoryRecord
  /** 1 − cosine distance. */
  readonly similarity: number
}

/** Long-term memory as the rest of DeniDin sees it. Off is an object of its own that remembers nothing. */
export interface LongTermMemory extends AsyncDisposable {
  /** Opens the stores and begins to work off, in the background, what waits for its embedding or for the index. */
  start(): Promise<void>
  /**
   * What is remembered within `reach` that bears on `question`, best first, at most `top_k_results`.
   * Never rejects: without an index or an embedder the answer is empty and says why.
   */
  recall(reach: Scope | SearchScope, question: string, call: CallContext): Promise<Recall>
  /**
   * Memories of one scope that are near to `question`, best first, none below the threshold, whatever their age.
   * @throws DenidinError when the embedder or the index cannot be asked.
   */
  findSimilar(scope: Scope, question: string, limit: number, call: CallContext): Promise<readonly NearMemory[]>
  /**
   * Keeps a memory. It is safe in SQLite when this resolves; embedding and index follow in the background, and are
   * taken up again after a restart. A session that gave a memory already gives no second one.
   */
  store(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }>
  /** Forgets what a session gave: gone for every recall when this resolves; vector and index follow in the background. */
  forget(session_id: string): Promise<void>
  /** Lets go of memories that have left the store: vectors at once, the index within seconds or when it is back. */
  drop(memory_ids: readonly string[]): Promise<Dropped>
  list(scope: Scope | 'all', page: MemoryPage): Promise<readonly MemoryRecord[]>
  stats(): Promise<MemoryStats>
  /** Resolves when nothing waits for embedding or index, or cannot go on for now. */
  whenIdle(): Promise<void>
  health(): Promise<Health>
}
