/** The port of an index over stored vectors: the nearest vectors of one scope. */
import type { Health } from '../platform/health.ts'
import type { Scope } from '../messages/scope.ts'

/** Longest that a turn waits for an index, its start included. */
export const INDEX_DEADLINE_MS = 2500
/** Longest that a deletion waits for an index. */
export const DELETION_DEADLINE_MS = 20_000

export interface Neighbour {
  readonly item_id: string
  /** 1 − cosine distance. */
  readonly similarity: number
}

/** How a rebuild is followed and stopped. */
export interface RebuildRun {
  readonly signal?: AbortSignal
  /** Vectors that have been rebuilt, of how many. */
  progress?(done: number, total: number): void
}

export interface VerifyOptions {
  /** Whether the numbers of every vector are compared, or those of a sample. */
  readonly every_vector: boolean
  readonly repair: boolean
  readonly signal: AbortSignal
  /** Vectors that were looked at. */
  progress(done: number): void
}

/** What is wrong with an index; all 0 when nothing is. */
export interface IndexFindings {
  /** Vectors that were looked for. */
  readonly looked_at: number
  readonly missing: number
  /** Rows without a vector. */
  readonly foreign: number
  /** Rows under another scope than their vector's. */
  readonly misplaced: number
  /** Rows with other numbers than their vector's. */
  readonly altered: number
  /** Parts of the index in which something was wrong. */
  readonly broken: readonly number[]
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
  /**
   * Rebuilds everything from the vector store, answering from the old until the new is complete. Stopped, or cut off by
   * a crash, the next call goes on with what is left. @throws as `catchUp`
   */
  rebuild(run?: RebuildRun): Promise<void>
  /**
   * Compares the index with the vector store row by row; with `repair`, what is broken is given up and filled again.
   * What waits is not a fault. @throws as `catchUp`
   */
  verify(options: VerifyOptions): Promise<IndexFindings>
  /** Vectors that wait to be put into the index. */
  pending(): Promise<number>
  /** Calls `listener` whenever there may be something to catch up with: the index is back, or lost a part. */
  onBehind(listener: () => void): void
  health(): Promise<Health>
}
