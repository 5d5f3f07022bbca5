/** What every format is made from: the tables and charts of one report, without a word of how they look. */
import type { ReportName } from '../../platform/report-names.ts'

/**
 * What the cells of a column are. A `word` is one of a few that DeniDin chose, and may be translated; a `text` is anyone's.
 * Times are milliseconds since the Unix epoch, days are days since 1970.
 */
export type CellKind =
  'text' | 'word' | 'list' | 'count' | 'number' | 'percent' | 'seconds' | 'bytes' | 'money' | 'time' | 'day'

/** A `list` is a list of texts; what is not known is `undefined`. */
export type Cell = string | number | readonly string[] | undefined

export interface ReportColumn {
  /** As programs see it: snake_case. */
  readonly name: string
  readonly kind: CellKind
}

export interface ReportTable {
  /** `rows`: the main one. */
  readonly name: TableName
  readonly columns: readonly ReportColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

export const TABLE_NAMES = ['rows', 'messages', 'runs', 'total', 'people', 'chats'] as const
export type TableName = (typeof TABLE_NAMES)[number]

/** One column of a table as bars, or two as bars and their part that went wrong. */
export interface ReportChart {
  readonly table: TableName
  /** Names the bars: a column of texts or days. */
  readonly label: string
  readonly value: string
  /** A part of the value that is drawn in another colour. */
  readonly part?: string | undefined
  /** Days run along the axis; names are one row each, the first ones of the table. */
  readonly kind: 'days' | 'names'
}

/** A sentence about the report as a whole. */
export type ReportNote =
  /** Messages without a time, which are on no day and not counted. */
  | { readonly kind: 'undated'; readonly count: number }
  /** Nothing is in the range, and the newest message is of this day. */
  | { readonly kind: 'newest'; readonly day: number }
  /** Only the first rows of a table are shown. */
  | { readonly kind: 'shown'; readonly table: TableName; readonly shown: number; readonly of: number | undefined }

export interface ReportDocument {
  readonly report: ReportName
  /** Project, session, person or chat that the report is limited to. */
  readonly subject: string | undefined
  /** Days since 1970, both included; `undefined`: no bound. */
  readonly first: number | undefined
  readonly last: number | undefined
  readonly time_zone: string
  readonly generated_at: number
  readonly notes: readonly ReportNote[]
  /** The main one first. */
  readonly tables: readonly ReportTable[]
  readonly charts: readonly ReportChart[]
}
