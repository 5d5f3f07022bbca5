/** All requests to the archive's thread: one map of names to input and output, combined from its parts. */
import type { ArchiveRebuild, ArchiveVerification } from '../../archive/archive-maintenance.ts'
import type { ArchiveAnswer, ArchiveQuestion } from '../../archive/archive-search.ts'
import type { ArchiveCounts } from '../../archive/archive-store.ts'
import type { CopiedIds, CopyProgress, CopyState } from '../../archive/conversation-copy.ts'
import type { ExtractionRun, RejectedLine, RunEnd, RunStart, RunStep } from '../../archive/extraction-run.ts'
import type { ReportRequest, WrittenReport } from '../../reports/report-writer.ts'
import type { IngestReport, IngestRequest } from '../../ingest/ingest-report.ts'
import type { MessageId } from '../../messages/message.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'

/** Requests about the archive as a whole. */
interface StoreRequests {
  readonly 'archive.counts': { readonly input: undefined; readonly output: ArchiveCounts }
  readonly 'archive.verify': {
    readonly input: { readonly check_hashes: boolean }
    readonly output: ArchiveVerification
  }
  readonly 'archive.search': { readonly input: ArchiveQuestion; readonly output: ArchiveAnswer }
  readonly 'archive.rebuild': { readonly input: { readonly backs_up: boolean }; readonly output: ArchiveRebuild }
}

interface IngestRequests {
  /** A load into a conversation, which the bot's thread reads. */
  readonly 'ingest.begin': { readonly input: RunStart; readonly output: ExtractionRun }
  readonly 'ingest.record': {
    readonly input: { readonly run_id: number; readonly step: RunStep }
    readonly output: undefined
  }
  readonly 'ingest.end': {
    readonly input: { readonly run_id: number; readonly end: RunEnd }
    readonly output: ExtractionRun
  }
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

interface ReportRequests {
  readonly 'reports.write': { readonly input: ReportRequest; readonly output: WrittenReport }
}

/** Requests about the copy of the bot's conversations. */
interface CopyRequests {
  readonly 'copy.progress': { readonly input: undefined; readonly output: CopyProgress | undefined }
  readonly 'copy.apply': {
    readonly input: { readonly states: readonly CopyState[]; readonly reached: CopyProgress }
    readonly output: undefined
  }
  readonly 'copy.copied': { readonly input: number; readonly output: CopiedIds }
  readonly 'copy.forget': { readonly input: readonly MessageId[]; readonly output: undefined }
  readonly 'copy.count': { readonly input: PersonBounds; readonly output: number }
  readonly 'copy.erase': { readonly input: PersonBounds; readonly output: number }
  readonly 'copy.reassign': {
    readonly input: { readonly from: PersonId; readonly to: PersonId }
    readonly output: undefined
  }
}

interface PersonBounds {
  readonly person_id: PersonId
  readonly bounds: ErasureBounds
}

/** Each part adds its own requests here, and their handlers in `archive-handlers.ts`. */
export type ArchiveRequests = StoreRequests & IngestRequests & CopyRequests & ReportRequests

/** The data with which the thread is started. */
export interface ArchiveThreadData {
  /** Absolute path of `archive.db`. */
  readonly archive_path: string
  /** Absolute path of `denidin.db`, which the thread only reads, for reports on the bot itself. */
  readonly messages_path: string
  /** Absolute path of `erasures.db`. */
  readonly erasures_path: string
}
