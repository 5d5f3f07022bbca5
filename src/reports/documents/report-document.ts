/** The common source of every format: the tables and charts of one report, independent of their presentation. */
import type { ReportName } from '../../platform/report-names.ts'

/**
 * The kind of values in a column. A `word` is one of a few words of DeniDin, and may be translated; a `text` may be
 * anyone's. Times are milliseconds since the Unix epoch, days are days since 1970.
 */
export type CellKind =
  'text' | 'word' | 'list' | 'count' | 'number' | 'percent' | 'seconds' | 'bytes' | 'money' | 'time' | 'day'

/** A `list` is a list of texts; unknown values are `undefined`. */
export type Cell = string | number | readonly string[] | undefined

export interface ReportColumn {
  /** The name for programs, in snake_case. */
  readonly name: string
  readonly kind: CellKind
}

export interface ReportTable {
  /** `rows` is the main table. */
  readonly name: TableName
  readonly columns: readonly ReportColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

export const TABLE_NAMES = ['rows', 'messages', 'runs', 'total', 'people', 'chats'] as const
export type TableName = (typeof TABLE_NAMES)[number]

/** A bar chart of one column of a table; a second column may be a part of each bar, such as errors. */
export interface ReportChart {
  readonly table: TableName
  /** The column of texts or days that labels the bars. */
  readonly label: string
  readonly value: string
  /** A part of the value that is drawn in another colour. */
  readonly part?: string | undefined
  /** `days`: days along the axis; `names`: a row for each of the first names of the table. */
  readonly kind: 'days' | 'names'
}

/** A remark about the report as a whole. */
export type ReportNote =
  /** Messages without a time, which belong to no day and are not counted. */
  | { readonly kind: 'undated'; readonly count: number }
  /** The range contains nothing; this is the day of the newest message. */
  | { readonly kind: 'newest'; readonly day: number }
  /** Only the first rows of a table are shown. */
  | { readonly kind: 'shown'; readonly table: TableName; readonly shown: number; readonly of: number | undefined }

export interface ReportDocument {
  readonly report: ReportName
  /** Project, session, person or chat that the report is limited to. */
  readonly subject: string | undefined
  /** Days since 1970, both inclusive; `undefined`: no bound. */
  readonly first: number | undefined
  readonly last: number | undefined
  readonly time_zone: string
  readonly generated_at: number
  readonly notes: readonly ReportNote[]
  /** The main table comes first. */
  readonly tables: readonly ReportTable[]
  readonly charts: readonly ReportChart[]
}
