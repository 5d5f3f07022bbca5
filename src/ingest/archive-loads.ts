/** The port through which operations load files into the archive, and read how earlier loads went. */
import type { ExtractionRun, RejectedLine } from '../archive/extraction-run.ts'
import type { IngestOptions } from './ingest.ts'
import type { IngestReport, IngestRequest } from './ingest-report.ts'

export interface ArchiveLoads {
  /** @throws DenidinError as `Ingest.load` does, or the reason of the signal; the same call then resumes the load */
  load(request: IngestRequest, options: IngestOptions): Promise<IngestReport>
  /** Newest first, before the run `before`. */
  runs(page: { readonly before?: number | undefined; readonly limit: number }): Promise<readonly ExtractionRun[]>
  /** Lines of a run that were set aside, after line `after`; `undefined` if there is no such run. */
  rejectedLines(page: {
    readonly run_id: number
    readonly after: number
    readonly limit: number
  }): Promise<readonly RejectedLine[] | undefined>
}
