/** What the thread of the archive can be asked: one map of names to input and output, put together from its parts. */
import type { ArchiveCounts } from '../../archive/archive-store.ts'
import type { ExtractionRun, RejectedLine } from '../../archive/extraction-run.ts'
import type { IngestReport, IngestRequest } from '../../ingest/ingest-report.ts'

/** Requests about the archive as a whole. */
interface StoreRequests {
  readonly 'archive.counts': { readonly input: undefined; readonly output: ArchiveCounts }
}

interface IngestRequests {
  readonly 'ingest.load': { readonly input: IngestRequest; readonly output: IngestReport }
  /** Newest first, before `before` (a `run_id`). */
  readonly 'ingest.runs': {
    readonly input: { readonly before?: number | undefined; readonly limit: number }
    readonly output: readonly ExtractionRun[]
  }
  /** Lines of a run that were set aside, after line `after`; `undefined`: there is no such run. */
  readonly 'ingest.rejected': {
    readonly input: { readonly run_id: number; readonly after: number; readonly limit: number }
    readonly output: readonly RejectedLine[] | undefined
  }
}

/** Each part adds its own requests here, and their handlers in `archive-handlers.ts`. */
export type ArchiveRequests = StoreRequests & IngestRequests

/** What the thread is started with. */
export interface ArchiveThreadData {
  /** Absolute path of `archive.db`. */
  readonly archive_path: string
}
