/** What the thread of the archive can be asked: one map of names to input and output, put together from its parts. */
import type { ArchiveCounts } from '../../archive/archive-store.ts'

/** Requests about the archive as a whole. */
export interface StoreRequests {
  readonly 'archive.counts': { readonly input: undefined; readonly output: ArchiveCounts }
}

/** Each part adds its own requests here, and their handlers in `archive-thread-main.ts`. */
export type ArchiveRequests = StoreRequests

/** What the thread is started with. */
export interface ArchiveThreadData {
  /** Absolute path of `archive.db`. */
  readonly archive_path: string
}
