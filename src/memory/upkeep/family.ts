import type { AllocationTable } from '../vectors/allocation-table.ts'
import type { EmbeddingSource } from '../vectors/embedding-source.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'

/** A source with its vectors and the index over them. */
export interface Family {
  readonly source: EmbeddingSource
  readonly space: string
  readonly table: AllocationTable
  readonly index: VectorIndex
  /** Whether what has no vector should have one. */
  readonly embeds: boolean
  /** Looks for work at once, through everything, and resolves when nothing can be done for now. */
  inStep(): Promise<void>
}
