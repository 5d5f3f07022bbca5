/** The port of what an operator can do with vectors and their indexes. */
import type { Calibration } from './calibration.ts'
import type { RebuildRun } from '../vector-index.ts'

/** One thing that does not agree with what it is derived from. */
export interface Finding {
  /** `memories`, `messages`: the vectors; `index of memories` and the like: what is derived from them. */
  readonly part: string
  readonly what: 'missing' | 'foreign' | 'misplaced' | 'altered'
  readonly count: number
}

export interface Verification {
  /** Rows that were compared. */
  readonly looked_at: number
  readonly findings: readonly Finding[]
  /** Whether everything is in order now, repaired or not. */
  readonly in_order: boolean
}

export interface VerifyRun {
  /** Whether the numbers of every vector are compared, or those of a sample. */
  readonly every_vector: boolean
  readonly repair: boolean
  readonly signal: AbortSignal
  progress(done: number): void
}

/** Something derived that can be compared with what it is derived from: an index of another kind joins by this. */
export interface VerifiablePart {
  readonly name: string
  /** With `repair`, what is wrong is put right before it resolves, or as soon as it can be. */
  verify(run: VerifyRun): Promise<{ readonly looked_at: number; readonly findings: readonly Finding[] }>
}

/** A vector space, by what it is used for. */
export interface SpaceState {
  readonly space: string
  readonly vectors: number
  /** `present`: the configured model; `former`: answers until that has caught up; `unused`: may be pruned. */
  readonly use: 'present' | 'former' | 'unused'
}

export interface VectorStats {
  readonly message_vectors: number
  /** Messages that have no vector yet. */
  readonly pending_messages: number
  /** Vectors that a rebuild which was cut off still has to put into the index. */
  readonly rebuild_left: number
  readonly spaces: readonly SpaceState[]
}

/** What an operator may ask of the vectors and their index. */
export interface VectorMaintenance {
  /** Rebuilds the index from the stored vectors, without embedding anything. @throws DenidinError `unavailable` */
  rebuild(run: RebuildRun): Promise<{ readonly vectors: number }>
  verify(run: VerifyRun): Promise<Verification>
  /** @param most_embeddings questions that may be embedded for it; 0: stored vectors alone. */
  calibrate(run: { readonly most_embeddings: number; readonly signal: AbortSignal }): Promise<Calibration>
  stats(): Promise<VectorStats>
  /** Removes the vectors of models that are not in use. */
  pruneSpaces(signal: AbortSignal): Promise<readonly { readonly space: string; readonly vectors: number }[]>
  /** A sentence for the operator when nothing of what is there would ever be recalled at the configured threshold. */
  thresholdWarning(): Promise<string | undefined>
}
