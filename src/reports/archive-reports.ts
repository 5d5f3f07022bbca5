/** The port of the six reports over the archive: their figures, in rows whose fields are the columns of the reports. */
import type { ExtractionRun } from '../archive/extraction-run.ts'
import type { ArchiveMessage, Phase, SourceType } from '../archive/archive-message.ts'
import type { Scope } from '../messages/scope.ts'
import type { ReportRange } from './report-range.ts'

/** The filters of a report. */
export interface ArchiveQuery {
  readonly range: ReportRange
  /** Name or path of the only project to count. */
  readonly project?: string | undefined
  /** How many components are shown: as rows, or as names in a row. */
  readonly top_components?: number | undefined
}

/** The context of a call for a report. */
export interface ReportCall {
  readonly signal: AbortSignal
  /** @param done days, messages or another measure of how far the report is */
  progress(done: number): void
}

/** Times are milliseconds since the Unix epoch; a field is `undefined` if the archive does not contain the value. */
export interface ProjectActivity {
  readonly name: string | undefined
  readonly sessions: number
  readonly messages: number
  readonly errors: number
  readonly started: number | undefined
  readonly last_activity: number | undefined
  readonly days_active: number
}

export interface TimelineDay {
  /** Days since 1 January 1970. */
  readonly date: number
  readonly project: string | undefined
  readonly messages: number
  readonly sessions: number
  readonly errors: number
  /** Most used first. */
  readonly components: readonly string[]
}

export interface ComponentUsage {
  readonly component: string | undefined
  readonly occurrences: number
  readonly sessions: number
  readonly active_days: number
  readonly errors: number
  /** Rounded to two decimals. */
  readonly error_rate_pct: number
}

export interface ErrorGroup {
  readonly component: string | undefined
  readonly project: string | undefined
  readonly error_count: number
  readonly affected_sessions: number
  readonly days_with_errors: number
  /** The beginnings of the newest different errors. */
  readonly error_samples: readonly string[]
}

export interface SessionSummary {
  readonly session_id: string
  readonly project: string | undefined
  readonly started_at: number | undefined
  readonly ended_at: number | undefined
  readonly duration_seconds: number
  readonly messages: number
  /** Most used first. */
  readonly components: readonly string[]
  readonly errors: number
}

/** A message of a session as a report shows it. */
export type SessionMessage = Pick<
  ArchiveMessage,
  'at' | 'role' | 'sender_name' | 'component' | 'level' | 'content' | 'source_type'
>

/** Messages of people, or of loaded files (without a scope), whose text a report contains. */
export interface ReadWords {
  readonly scope: Scope | undefined
  readonly messages: number
}

export interface SessionReconstruction {
  readonly summary: SessionSummary
  /** In the order of their times; only the first ones if there are very many. */
  readonly messages: readonly SessionMessage[]
  /** The owners of the shown messages. */
  readonly read: readonly ReadWords[]
}

/** How far the loading of one kind of source has come. All seven phases are listed, even those without runs. */
export interface PhaseProgress {
  readonly phase: Phase | undefined
  readonly source_type: SourceType
  readonly files: number
  readonly runs: number
  readonly messages_extracted: number
  readonly new_unique_messages: number
  readonly duplicate_messages: number
  /** Share of the extracted messages that were already in the archive, rounded to two decimals. */
  readonly dedup_rate_pct: number
  readonly errors_count: number
  /** When the last run began. */
  readonly last_run: number | undefined
  /** Status of the last run; `pending` if there is none. */
  readonly status: ExtractionRun['status'] | 'pending'
}

export interface ExtractionProgress {
  readonly phases: readonly PhaseProgress[]
  /** Newest first. */
  readonly runs: readonly ExtractionRun[]
}

/** The extent of the archive, regardless of the filters of a report. */
export interface ArchiveSpan {
  /** Time of the newest message. */
  readonly newest: number | undefined
  /** Messages without a time, which belong to no day. */
  readonly undated: number
}

/**
 * All reports except `session` and `extractionProgress` count messages without a time only if the range has no bound.
 */
export interface ArchiveReports {
  span(): Promise<ArchiveSpan>
  /** Most messages first. @throws DenidinError `not_found` for an unknown project, with near matches */
  projectActivity(query: ArchiveQuery, call: ReportCall): Promise<readonly ProjectActivity[]>
  /** Newest day first, then most messages first. */
  timeline(query: ArchiveQuery, call: ReportCall): Promise<readonly TimelineDay[]>
  /** Most used first. */
  componentUsage(query: ArchiveQuery, call: ReportCall): Promise<readonly ComponentUsage[]>
  /** Most errors first. */
  errorAnalysis(query: ArchiveQuery, call: ReportCall): Promise<readonly ErrorGroup[]>
  /** Sessions with messages in the range, at most `most`; the one with the newest message comes first. */
  sessions(query: ArchiveQuery & { readonly most: number }, call: ReportCall): Promise<readonly SessionSummary[]>
  /** @throws DenidinError `not_found`, with near matches */
  session(
    session_id: string,
    limits: { readonly messages: number; readonly characters: number; readonly top_components?: number | undefined },
  ): Promise<SessionReconstruction>
  /** The progress of runs that began in the range; at most `most_runs` of them are listed. */
  extractionProgress(range: ReportRange, most_runs: number): Promise<ExtractionProgress>
}
