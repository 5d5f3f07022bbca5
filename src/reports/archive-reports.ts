/** The port of the six reports over the archive: what is counted, in rows whose fields are the columns of the reports. */
import type { ExtractionRun } from '../archive/extraction-run.ts'
import type { ArchiveMessage, Phase, SourceType } from '../archive/archive-message.ts'
import type { Scope } from '../messages/scope.ts'
import type { ReportRange } from './report-range.ts'

/** What a report is asked about. */
export interface ArchiveQuery {
  readonly range: ReportRange
  /** Name or path of the only project that is counted. */
  readonly project?: string | undefined
  /** How many components are shown: as rows, or as names in a row. */
  readonly top_components?: number | undefined
}

/** What comes with a call of a report. */
export interface ReportCall {
  readonly signal: AbortSignal
  /** @param done days that have been counted */
  progress(done: number): void
}

/** Times are milliseconds since the Unix epoch; a field is `undefined` where the archive does not tell. */
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

/** Words of people, or of loaded files (without a scope), that a report holds. */
export interface ReadWords {
  readonly scope: Scope | undefined
  readonly messages: number
}

export interface SessionReconstruction {
  readonly summary: SessionSummary
  /** In the order of their times; the first ones, if there are very many. */
  readonly messages: readonly SessionMessage[]
  /** Whose the shown messages are. */
  readonly read: readonly ReadWords[]
}

/** How far one kind of source is loaded. All seven phases are there, whether they have runs or not. */
export interface PhaseProgress {
  readonly phase: Phase | undefined
  readonly source_type: SourceType
  readonly files: number
  readonly runs: number
  readonly messages_extracted: number
  readonly new_unique_messages: number
  readonly duplicate_messages: number
  /** Share of what was extracted that was there already, rounded to two decimals. */
  readonly dedup_rate_pct: number
  readonly errors_count: number
  /** When the last run began. */
  readonly last_run: number | undefined
  /** Of the last run; `pending`: there is none. */
  readonly status: ExtractionRun['status'] | 'pending'
}

export interface ExtractionProgress {
  readonly phases: readonly PhaseProgress[]
  /** Newest first. */
  readonly runs: readonly ExtractionRun[]
}

/** What is in the archive, whatever a report counts of it. */
export interface ArchiveSpan {
  /** Time of the newest message. */
  readonly newest: number | undefined
  /** Messages without a time: they are on no day. */
  readonly undated: number
}

/** All but `session` and `extractionProgress` count messages without a time only where the range has no bound. */
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
  /** Sessions with messages in the range, the one with the newest first, at most `most`. */
  sessions(query: ArchiveQuery & { readonly most: number }, call: ReportCall): Promise<readonly SessionSummary[]>
  /** @throws DenidinError `not_found`, with near matches */
  session(
    session_id: string,
    limits: { readonly messages: number; readonly characters: number; readonly top_components?: number | undefined },
  ): Promise<SessionReconstruction>
  /** Of the runs that began in the range; at most `most_runs` of them are listed. */
  extractionProgress(range: ReportRange, most_runs: number): Promise<ExtractionProgress>
}
