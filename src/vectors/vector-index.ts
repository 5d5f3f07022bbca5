/** The port of an index over stored vectors: the nearest vectors of one scope. */
import type { Health } from '../platform/health.ts'
import type { Scope } from '../messages/scope.ts'

/** Longest time that a turn waits for an index, including its start. */
export const INDEX_DEADLINE_MS = 2500
/** Longest time that a deletion waits for an index. */
export const DELETION_DEADLINE_MS = 20_000

export interface Neighbour {
  readonly item_id: string
  /** 1 − cosine distance. */
  readonly similarity: number
}

/** Follows a rebuild and can stop it. */
export interface RebuildRun {
  readonly signal?: AbortSignal
  /** Reports how many of all vectors have been rebuilt. */
  progress?(done: number, total: number): void
}

export interface VerifyOptions {
  /** Whether the numbers of every vector are compared, or only those of a sample. */
  readonly every_vector: boolean
  readonly repair: boolean
  readonly signal: AbortSignal
  /** Reports how many vectors were examined. */
  progress(done: number): void
}

/** Problems of an index; all 0 if there are none. */
export interface IndexFindings {
  /** Vectors that were examined. */
  readonly looked_at: number
  readonly missing: number
  /** Rows without a vector. */
  readonly foreign: number
  /** Rows under another scope than their vector's. */
  readonly misplaced: number
  /** Rows with other numbers than their vector's. */
  readonly altered: number
  /** Parts of the index with a problem. */
  readonly broken: readonly number[]
}

/**
 * Finds the nearest vectors of one scope. It is derived from the vector store and catches up with it: anything lost
 * here is filled again from there, in the background, while the rest keeps answering.
 */
export interface VectorIndex extends AsyncDisposable {
  /**
   * The nearest vectors of `scope`, best first. The scope is part of the query, never a filter afterwards. May name
   * memories that have left the vector store since the index last caught up.
   * @throws DenidinError `unavailable` while the index is down or the scope's part of it is damaged.
   */
  query(scope: Scope, vector: Float32Array, limit: number, signal?: AbortSignal): Promise<readonly Neighbour[]>
  /**
   * Synchronises the index with the vector store; safe to repeat and to interrupt at any point.
   * @throws DenidinError `unavailable`: the next call finishes the rest.
   */
  catchUp(signal?: AbortSignal): Promise<void>
  /**
   * Rebuilds everything from the vector store; the old index answers until the new one is complete. If it is stopped,
   * or interrupted by a crash, the next call continues. @throws as `catchUp`
   */
  rebuild(run?: RebuildRun): Promise<void>
  /**
   * Compares the index with the vector store row by row; with `repair`, broken parts are given up and filled again.
   * Waiting vectors are not a problem. @throws as `catchUp`
   */
  verify(options: VerifyOptions): Promise<IndexFindings>
  /** Vectors that wait to be put into the index. */
  pending(): Promise<number>
  /** Calls `listener` whenever there may be something to catch up with: the index is back, or lost a part. */
  onBehind(listener: () => void): void
  health(): Promise<Health>
}
