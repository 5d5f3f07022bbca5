/** Tables as CSV (RFC 4180) in UTF-8, written so that spreadsheets do not interpret texts as formulas. */
import type { ReportTable } from '../documents/report-document.ts'
import { plainValue, type PlainValue } from './json.ts'

/** Characters with which spreadsheets begin a formula, in Latin and in full-width form. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠|%]/
/**
 * Where a formula would begin within a text if a spreadsheet takes semicolons, tabs or line breaks for the borders of
 * cells, as those of many countries do.
 */
const FORMULA_WITHIN = /([;\t\r\n])(?=[^\S\t\r\n]*[=+\-@＝＋－＠|%])/gu
/** Control characters that do not belong in a table: all except tabs and line breaks. */
const CONTROLS = /[^\P{Cc}\t\r\n]/gu
const LIST_SEPARATOR = '; '

/** A table of a report. */
export const tableCsv = ({ columns, rows }: ReportTable): string =>
  csvOf(
    columns.map(({ name }) => name),
    rows.map(row => columns.map(({ kind }, index) => plainValue(row[index], kind))),
  )

/** Lines end with CR and LF; the first line names the columns. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly PlainValue[])[]): string =>
  [columns, ...rows.map(row => row.map(textOf))].map(line => `${line.map(quoted).join(',')}\r\n`).join('')

/** What looks like a formula gets an apostrophe before it; numbers are left unchanged. */
const textOf = (value: PlainValue): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = (typeof value === 'string' ? value : value.join(LIST_SEPARATOR)).replace(CONTROLS, '\ufffd')
  const guarded = text.replace(FORMULA_WITHIN, "$1'")
  return FORMULA.test(text.trimStart()) || FORMULA.test(text) ? `'${guarded}` : guarded
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
