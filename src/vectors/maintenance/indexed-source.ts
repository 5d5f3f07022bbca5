/** A source of vectors from the point of view of maintenance. */
import type { CollectionAllocator } from '../collection-allocator.ts'
import type { EmbeddingSource } from '../embedding-source.ts'
import type { VectorIndex } from '../vector-index.ts'

/** A source with its vectors and the index over them. */
export interface IndexedSource {
  readonly source: EmbeddingSource
  readonly space: string
  readonly table: CollectionAllocator
  readonly index: VectorIndex
  /** Whether items without a vector should get one. */
  readonly embeds: boolean
  /** Compares everything now, and resolves when nothing more can be done for now. */
  syncNow(): Promise<void>
}
