/** The record of one load of a file into the archive: by whom, when, from where, and with what result. */
import type { Scope } from '../messages/scope.ts'
import type { Phase, SourceType } from './archive-message.ts'

export const RUN_STATES = ['running', 'interrupted', 'completed', 'failed'] as const
export type RunState = (typeof RUN_STATES)[number]

/** One load of one file. Times are milliseconds since the Unix epoch. */
export interface ExtractionRun {
  readonly run_id: number
  readonly source_type: SourceType
  readonly phase: Phase | undefined
  /** Absolute path. */
  readonly source_file: string
  /** The conversation that the file was loaded into; `undefined`: into the archive itself. */
  readonly conversation?: Scope | undefined
  readonly file_size_bytes: number
  /** SHA-256 of the file before it was read, in hexadecimal. */
  readonly source_checksum: string
  /** SHA-256 of the same bytes after the file was read. */
  readonly destination_checksum: string | undefined
  /** Position at which the reader resumes, in its own unit. */
  readonly position: number
  /** Lines before the position. */
  readonly lines: number
  /** How many messages after the position are written and counted already. */
  readonly ahead: number
  readonly messages_extracted: number
  readonly new_unique_messages: number
  readonly duplicate_messages: number
  /** How many messages were skipped because their persons had them forgotten. */
  readonly forgotten_messages: number
  /** Lines that were set aside. */
  readonly errors_count: number
  readonly started_by: string
  readonly started_at: number
  readonly completed_at: number | undefined
  readonly status: RunState
  readonly notes: string | undefined
}

/** Where a run that was interrupted continues. */
export type RunPlace = Pick<ExtractionRun, 'position' | 'lines' | 'ahead'>

/** Data about a run that is known before the file is read. */
export type RunStart = Pick<
  ExtractionRun,
  'source_type' | 'phase' | 'source_file' | 'conversation' | 'file_size_bytes' | 'source_checksum' | 'started_by'
>

/** What a load into a conversation did since it was last recorded. */
export interface RunStep {
  readonly added: number
  readonly duplicates: number
  readonly forgotten: number
  /** Their excerpts are not kept: they would be words of people that forgetting does not reach. */
  readonly rejected: readonly Omit<RejectedLine, 'excerpt'>[]
  /** How many lines were read so far. */
  readonly lines: number
}

/** The result of a run. */
export interface RunEnd extends Partial<Pick<ExtractionRun, 'destination_checksum' | 'notes'>> {
  readonly status: Exclude<RunState, 'running'>
}

/** A line that could not be read, and was set aside. */
export interface RejectedLine {
  readonly line: number
  /** One clause. */
  readonly reason: string
  /** The beginning of the line. */
  readonly excerpt: string
}
