/** Creates the documents of the six reports over the archive. */
import type {
  ArchiveQuery,
  ArchiveReports,
  ReadWords,
  ReportCall,
  SessionMessage,
  SessionSummary,
} from '../archive-reports.ts'
import type { ReportName } from '../../platform/report-names.ts'
import type { CellKind, ReportChart, ReportDocument, ReportNote, ReportTable, TableName } from './report-document.ts'

/** How many sessions, runs and messages a report lists at most. */
const MOST_SESSIONS = 1000
const MOST_RUNS = 1000
const MOST_MESSAGES = 5000
/** How many characters the messages of a session may have in total. */
const MOST_CHARACTERS = 2_000_000

/** The parts that depend on the report; the rest of a document is the same for all. */
export type ReportContent = Pick<ReportDocument, 'tables' | 'charts' | 'notes'> & {
  /** The owners of the messages whose text it contains. */
  readonly read?: readonly ReadWords[]
}

type ArchiveReportName = Exclude<ReportName, 'conversation'>

export interface ArchiveReportQuery extends ArchiveQuery {
  readonly session?: string | undefined
}

/** @throws DenidinError as the port does */
export const archiveContent = async (
  reports: ArchiveReports,
  report: ArchiveReportName,
  query: ArchiveReportQuery,
  call: ReportCall,
): Promise<ReportContent> => {
  const content = await MAKERS[report](reports, query, call)
  const notes =
    report === 'extraction-progress' || query.session !== undefined ? [] : await spanNotes(reports, query, content)
  return { ...content, notes: [...notes, ...content.notes] }
}

/** A table whose columns are fields of its rows. */
export const tableOf = <T extends object>(
  name: TableName,
  columns: Readonly<Partial<Record<keyof T & string, CellKind>>>,
  rows: readonly T[],
): ReportTable => {
  const entries = Object.entries(columns) as [keyof T & string, CellKind][]
  return {
    name,
    columns: entries.map(([column, kind]) => ({ name: column, kind })),
    rows: rows.map(row => entries.map(([column]) => row[column] as ReportTable['rows'][number][number])),
  }
}

const spanNotes = async (
  reports: ArchiveReports,
  { range: { first, last, zone } }: ArchiveQuery,
  { tables }: ReportContent,
): Promise<readonly ReportNote[]> => {
  const { newest, undated } = await reports.span()
  const isEmpty = tables[0]?.rows.length === 0
  const isBounded = first !== undefined || last !== undefined
  return [
    ...(isBounded && undated > 0 ? [{ kind: 'undated', count: undated } as const] : []),
    ...(isEmpty && isBounded && newest !== undefined ? [{ kind: 'newest', day: zone.dayOf(newest) } as const] : []),
  ]
}

const names = (label: string, value: string, part?: string): ReportChart => ({
  table: 'rows',
  label,
  value,
  part,
  kind: 'names',
})

const SESSION_COLUMNS = {
  session_id: 'text',
  project: 'text',
  started_at: 'time',
  ended_at: 'time',
  duration_seconds: 'seconds',
  messages: 'count',
  components: 'list',
  errors: 'count',
} as const satisfies Record<keyof SessionSummary, CellKind>

const MESSAGE_COLUMNS = {
  at: 'time',
  role: 'word',
  sender_name: 'text',
  component: 'text',
  level: 'text',
  content: 'text',
} as const satisfies Partial<Record<keyof SessionMessage, CellKind>>

type Maker = (reports: ArchiveReports, query: ArchiveReportQuery, call: ReportCall) => Promise<ReportContent>

const oneSession = async (reports: ArchiveReports, session: string, query: ArchiveQuery): Promise<ReportContent> => {
  const { summary, messages, read } = await reports.session(session, {
    messages: MOST_MESSAGES,
    characters: MOST_CHARACTERS,
    top_components: query.top_components,
  })
  const isCut = messages.length < summary.messages
  return {
    tables: [tableOf('rows', SESSION_COLUMNS, [summary]), tableOf('messages', MESSAGE_COLUMNS, messages)],
    charts: [],
    notes: isCut ? [{ kind: 'shown', table: 'messages', shown: messages.length, of: summary.messages }] : [],
    read,
  }
}

/** A report of one table and one chart. */
const counted = <T extends object>(
  columns: Readonly<Partial<Record<keyof T & string, CellKind>>>,
  rows: readonly T[],
  chart: ReportChart,
): ReportContent => ({ tables: [tableOf('rows', columns, rows)], charts: [chart], notes: [] })

const MAKERS: Readonly<Record<ArchiveReportName, Maker>> = {
  'project-activity': async (reports, query, call) =>
    counted(PROJECT_COLUMNS, await reports.projectActivity(query, call), names('name', 'messages', 'errors')),
  timeline: async (reports, query, call) =>
    counted(TIMELINE_COLUMNS, await reports.timeline(query, call), {
      table: 'rows',
      label: 'date',
      value: 'messages',
      part: 'errors',
      kind: 'days',
    }),
  'component-usage': async (reports, query, call) =>
    counted(COMPONENT_COLUMNS, await reports.componentUsage(query, call), names('component', 'occurrences', 'errors')),
  'error-analysis': async (reports, query, call) => {
    const groups = await reports.errorAnalysis(query, call)
    const messages = groups.reduce((all, { error_samples }) => all + error_samples.length, 0)
    return {
      ...counted(ERROR_COLUMNS, groups, names('component', 'error_count')),
      read: messages === 0 ? [] : [{ scope: undefined, messages }],
    }
  },
  session: async (reports, query, call) => {
    if (query.session !== undefined) return await oneSession(reports, query.session, query)
    const sessions = await reports.sessions({ ...query, most: MOST_SESSIONS + 1 }, call)
    const isCut = sessions.length > MOST_SESSIONS
    return {
      tables: [tableOf('rows', SESSION_COLUMNS, sessions.slice(0, MOST_SESSIONS))],
      charts: [],
      notes: isCut ? [{ kind: 'shown', table: 'rows', shown: MOST_SESSIONS, of: undefined }] : [],
    }
  },
  'extraction-progress': async (reports, { range }) => {
    const { phases, runs } = await reports.extractionProgress(range, MOST_RUNS + 1)
    const listed = runs.slice(0, MOST_RUNS).map(run => ({
      ...run,
      duration_seconds:
        run.completed_at === undefined ? undefined : Math.round((run.completed_at - run.started_at) / 100) / 10,
      // Unknown while the run has not read its file to the end.
      source_unchanged:
        run.destination_checksum === undefined
          ? undefined
          : run.destination_checksum === run.source_checksum
            ? 'yes'
            : 'no',
    }))
    return {
      tables: [tableOf('rows', PHASE_COLUMNS, phases), tableOf('runs', RUN_COLUMNS, listed)],
      charts: [names('source_type', 'messages_extracted', 'duplicate_messages')],
      notes: runs.length > MOST_RUNS ? [{ kind: 'shown', table: 'runs', shown: MOST_RUNS, of: undefined }] : [],
    }
  },
}

const PROJECT_COLUMNS = {
  name: 'text',
  sessions: 'count',
  messages: 'count',
  errors: 'count',
  started: 'time',
  last_activity: 'time',
  days_active: 'count',
} as const

const TIMELINE_COLUMNS = {
  date: 'day',
  project: 'text',
  messages: 'count',
  sessions: 'count',
  errors: 'count',
  components: 'list',
} as const

const COMPONENT_COLUMNS = {
  component: 'text',
  occurrences: 'count',
  sessions: 'count',
  active_days: 'count',
  errors: 'count',
  error_rate_pct: 'percent',
} as const

const ERROR_COLUMNS = {
  component: 'text',
  project: 'text',
  error_count: 'count',
  affected_sessions: 'count',
  days_with_errors: 'count',
  error_samples: 'list',
} as const

const PHASE_COLUMNS = {
  phase: 'number',
  source_type: 'text',
  status: 'word',
  files: 'count',
  runs: 'count',
  messages_extracted: 'count',
  new_unique_messages: 'count',
  duplicate_messages: 'count',
  dedup_rate_pct: 'percent',
  errors_count: 'count',
  last_run: 'time',
} as const

const RUN_COLUMNS = {
  run_id: 'number',
  phase: 'number',
  source_type: 'text',
  source_file: 'text',
  status: 'word',
  file_size_bytes: 'bytes',
  lines: 'count',
  messages_extracted: 'count',
  new_unique_messages: 'count',
  duplicate_messages: 'count',
  forgotten_messages: 'count',
  errors_count: 'count',
  started_by: 'text',
  started_at: 'time',
  completed_at: 'time',
  duration_seconds: 'seconds',
  source_unchanged: 'word',
  notes: 'text',
} as const
