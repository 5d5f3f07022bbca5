/** A report as JSON on one line: one list of objects per table. */
import { isoDayOf } from '../report-range.ts'
import type { Cell, CellKind, ReportDocument, ReportTable } from '../documents/report-document.ts'

export type PlainValue = string | number | readonly string[] | null

/** A cell for programs: times and days are ISO 8601 texts, unknown values are `null`. */
export const plainValue = (cell: Cell, kind: CellKind): PlainValue => {
  if (cell === undefined) return null
  if (typeof cell !== 'number') return cell
  if (kind === 'time') return new Date(cell).toISOString()
  return kind === 'day' ? isoDayOf(cell) : cell
}

/** The day in ISO 8601, or `null` if it is `undefined`. */
export const isoDayOrNull = (day: number | undefined): string | null => (day === undefined ? null : isoDayOf(day))

export const reportJson = ({ tables, charts: _, ...document }: ReportDocument): string => {
  const { report, subject, first, last, time_zone, generated_at, notes } = document
  return `${JSON.stringify({
    report,
    subject: subject ?? null,
    start_date: isoDayOrNull(first),
    end_date: isoDayOrNull(last),
    time_zone,
    generated_at: new Date(generated_at).toISOString(),
    notes: notes.map(note => ('day' in note ? { ...note, day: isoDayOf(note.day) } : note)),
    ...Object.fromEntries(tables.map(table => [table.name, objectsOf(table)])),
  })}\n`
}

const objectsOf = ({ columns, rows }: ReportTable): readonly object[] =>
  rows.map(row =>
    Object.fromEntries(columns.map(({ name, kind }, index) => [name, plainValue(row[index], kind)] as const)),
  )
