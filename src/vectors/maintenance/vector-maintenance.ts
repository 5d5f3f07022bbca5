/** The port of what an operator can do with vectors and their indexes. */
import type { Calibration } from './calibration.ts'
import type { RebuildRun } from '../vector-index.ts'

/** One kind of difference between derived data and its source. */
export interface Finding {
  /** `memories`, `messages`: the vectors; `index of memories` and the like: the indexes derived from them. */
  readonly part: string
  readonly what: 'missing' | 'foreign' | 'misplaced' | 'altered'
  readonly count: number
}

export interface Verification {
  /** Rows that were compared. */
  readonly looked_at: number
  readonly findings: readonly Finding[]
  /** Whether everything is in order now, with or without a repair. */
  readonly in_order: boolean
}

export interface VerifyRun {
  /** Whether the numbers of every vector are compared, or only those of a sample. */
  readonly every_vector: boolean
  readonly repair: boolean
  readonly signal: AbortSignal
  progress(done: number): void
}

/** Derived data that can be compared with its source; indexes of other kinds implement it too. */
export interface VerifiablePart {
  readonly name: string
  /** With `repair`, differences are repaired before it resolves, or as soon as possible. */
  verify(run: VerifyRun): Promise<{ readonly looked_at: number; readonly findings: readonly Finding[] }>
}

/** A vector space and its use. */
export interface SpaceState {
  readonly space: string
  readonly vectors: number
  /**
   * `present`: the configured model; `former`: the previous model, which answers until the configured one has caught
   * up; `unused`: may be pruned.
   */
  readonly use: 'present' | 'former' | 'unused'
}

export interface VectorStats {
  readonly message_vectors: number
  /** Messages that have no vector yet. */
  readonly pending_messages: number
  /** Vectors that an interrupted rebuild still has to put into the index. */
  readonly rebuild_left: number
  readonly spaces: readonly SpaceState[]
}

/** What an operator can do with the vectors and their index. */
export interface VectorMaintenance {
  /** Rebuilds the index from the stored vectors, without embedding anything. @throws DenidinError `unavailable` */
  rebuild(run: RebuildRun): Promise<{ readonly vectors: number }>
  verify(run: VerifyRun): Promise<Verification>
  /** @param most_embeddings most questions that may be embedded; 0: only stored vectors are used. */
  calibrate(run: { readonly most_embeddings: number; readonly signal: AbortSignal }): Promise<Calibration>
  stats(): Promise<VectorStats>
  /** Removes the vectors of models that are not in use. */
  pruneSpaces(signal: AbortSignal): Promise<readonly { readonly space: string; readonly vectors: number }[]>
  /** A sentence for the operator if no stored item could ever be recalled at the configured threshold. */
  thresholdWarning(): Promise<string | undefined>
}
