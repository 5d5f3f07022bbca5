/** The port through which operations load files into the archive, and list earlier loads. */
import type { ExtractionRun, RejectedLine, RunEnd, RunStart, RunStep } from '../archive/extraction-run.ts'
import type { IngestOptions } from './ingest.ts'
import type { IngestReport, IngestRequest } from './ingest-report.ts'

/** The records of loads into conversations. */
export interface RunRecords {
  begin(start: RunStart): Promise<ExtractionRun>
  record(run_id: number, step: RunStep): Promise<void>
  end(run_id: number, end: RunEnd): Promise<ExtractionRun>
}

export interface ArchiveLoads {
  /** @throws DenidinError as `Ingest.load` does, or the reason of the signal; the same call then resumes the load */
  load(request: IngestRequest, options: IngestOptions): Promise<IngestReport>
  readonly records: RunRecords
  /** Newest first, before the run `before`. */
  runs(page: { readonly before?: number | undefined; readonly limit: number }): Promise<readonly ExtractionRun[]>
  /** Lines of a run that were set aside, after line `after`; `undefined` if there is no such run. */
  rejectedLines(page: {
    readonly run_id: number
    readonly after: number
    readonly limit: number
  }): Promise<readonly RejectedLine[] | undefined>
}
