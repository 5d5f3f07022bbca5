/** The result of loading a file or a folder, as reported to the caller. */
import type { Phase, SourceType } from '../archive/archive-message.ts'
import type { NamedPerson } from './forgotten-filter.ts'
import type { ReadingOptions } from './source.ts'
import type { RejectedLine, RunState } from '../archive/extraction-run.ts'

/** What to load. */
export interface IngestRequest {
  /** Absolute path of a file or a folder. */
  readonly path: string
  readonly phase?: Phase | undefined
  readonly is_extraction?: boolean | undefined
  /** How to interpret times and dates if the source is ambiguous. */
  readonly reading?: ReadingOptions | undefined
  /** Options of the caller that say something about exported chats only: a load of anything else is refused. */
  readonly chat_options?: readonly string[] | undefined
  /** People whom a source may name: messages that they had forgotten are skipped. */
  readonly people?: readonly NamedPerson[] | undefined
  /** Whether to only count, without writing. */
  readonly dry_run: boolean
  /** Who requested the load; stored in the record of the run. */
  readonly started_by: string
}

/** The result for one file. */
export interface FileReport {
  readonly file: string
  readonly source_type: SourceType
  /** `undefined` for a dry run. */
  readonly run_id: number | undefined
  /** `unchanged`: an earlier run loaded this file with this content, so it was not read again. */
  readonly status: RunState | 'counted' | 'unchanged'
  readonly lines: number
  readonly messages_extracted: number
  readonly new_unique_messages: number
  readonly duplicate_messages: number
  readonly forgotten_messages: number
  readonly errors_count: number
  /** The first bad lines. */
  readonly rejected: readonly RejectedLine[]
  /** Whether the run resumed an interrupted one. */
  readonly resumed: boolean
  readonly notes: string | undefined
}

/** Sums of the files of one format. */
export interface SourceTotals {
  readonly source_type: SourceType
  readonly files: number
  readonly unchanged: number
  readonly messages_extracted: number
  readonly new_unique_messages: number
  readonly duplicate_messages: number
  readonly forgotten_messages: number
  readonly errors_count: number
}

export interface SkippedFile {
  readonly file: string
  readonly reason: string
}

export interface IngestReport {
  readonly files: readonly FileReport[]
  readonly totals: readonly SourceTotals[]
  /** Files and folders that were skipped, with a clause that says why. */
  readonly skipped: readonly SkippedFile[]
  readonly duration_ms: number
}

/** The sums of a report by format, in the order of loading. */
export const totalsOf = (files: readonly FileReport[]): readonly SourceTotals[] =>
  [...Map.groupBy(files, each => each.source_type)].map(([source_type, of]) => {
    const sum = (field: Exclude<keyof SourceTotals, 'source_type' | 'files' | 'unchanged'>): number =>
      of.reduce((total, each) => total + each[field], 0)
    return {
      source_type,
      files: of.length,
      unchanged: of.filter(each => each.status === 'unchanged').length,
      messages_extracted: sum('messages_extracted'),
      new_unique_messages: sum('new_unique_messages'),
      duplicate_messages: sum('duplicate_messages'),
      forgotten_messages: sum('forgotten_messages'),
      errors_count: sum('errors_count'),
    }
  })
