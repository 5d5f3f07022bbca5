/** A source of vectors as maintenance sees it. */
import type { CollectionAllocator } from '../collection-allocator.ts'
import type { EmbeddingSource } from '../embedding-source.ts'
import type { VectorIndex } from '../vector-index.ts'

/** A source with its vectors and the index over them. */
export interface IndexedSource {
  readonly source: EmbeddingSource
  readonly space: string
  readonly table: CollectionAllocator
  readonly index: VectorIndex
  /** Whether what has no vector should have one. */
  readonly embeds: boolean
  /** Compares everything at once, and resolves when nothing can be done for now. */
  syncNow(): Promise<void>
}
