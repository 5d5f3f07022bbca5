/** The port of the archive's messages and of the records of its loads. */
import type { Place, SourceMessage } from './archive-message.ts'
import type { ExtractionRun, RejectedLine, RunEnd, RunPlace, RunStart, RunStep } from './extraction-run.ts'

/** A message with the line where it was found. */
export interface FoundMessage {
  readonly message: SourceMessage
  /** Line of the file, from 1; or the number of the message if the source has no lines. */
  readonly line: number
  /** Further places where the message was found, according to its source. */
  readonly origins?: readonly Pick<Place, 'source_file' | 'source_line'>[] | undefined
}

/** A part of a source, with the place that it reaches. */
export interface ArchiveBatch {
  readonly found: readonly FoundMessage[]
  /** How many of them, from the first on, an interrupted run had already counted. */
  readonly counted?: number | undefined
  readonly rejected: readonly RejectedLine[]
  /** How many messages of this part were forgotten, and are therefore not in `found`. */
  readonly forgotten?: number | undefined
  /** Where the run would continue after this batch. */
  readonly reached: RunPlace
}

/** How many messages of a batch were new or already known. */
export interface BatchCounts {
  readonly new_unique_messages: number
  readonly duplicate_messages: number
}

/** The size of the archive. */
export interface ArchiveCounts {
  readonly messages: number
  readonly projects: number
  readonly sessions: number
  readonly places: number
  readonly runs: number
}

/** A trial load, which only counts messages. */
export interface Rehearsal extends Disposable {
  /** A message that occurred in an earlier batch counts as a duplicate. */
  count(found: readonly FoundMessage[]): Promise<BatchCounts>
}

export interface ArchiveStore {
  /** Begins a run, or resumes an interrupted one of the same file and content, with its counts and position. */
  begin(start: RunStart): Promise<ExtractionRun>
  /**
   * Writes a batch with the counts and the place of its run: all or nothing. A message that is already in the archive is
   * kept once; its new place and missing data are added. A power cut may undo the last batches, until `end`.
   */
  write(run_id: number, batch: ArchiveBatch): Promise<BatchCounts>
  /** Adds what a load into a conversation did to its record: its messages are the bot's, not the archive's. */
  record(run_id: number, step: RunStep): Promise<void>
  /** Counts what `write` would do to the current archive, batch by batch, without storing anything. */
  rehearse(): Rehearsal
  end(run_id: number, end: RunEnd): Promise<ExtractionRun>
  /** Runs, newest first, before `before` (a `run_id`). */
  runs(page: { readonly before?: number | undefined; readonly limit: number }): Promise<readonly ExtractionRun[]>
  run(run_id: number): Promise<ExtractionRun | undefined>
  /** Lines of a run that were set aside, in their order. */
  rejectedLines(
    run_id: number,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly RejectedLine[]>
  /** The last run that read this file with this content to its end. */
  completedRun(
    of: Pick<RunStart, 'source_file' | 'source_checksum' | 'source_type'>,
  ): Promise<ExtractionRun | undefined>
  counts(): Promise<ArchiveCounts>
}
