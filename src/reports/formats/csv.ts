/** A table of a report as CSV (RFC 4180) in UTF-8 that no spreadsheet takes for formulas. */
import type { Cell, CellKind, ReportTable } from '../documents/report-document.ts'
import { plainValue } from './json.ts'

/** What spreadsheets take for the beginning of a formula, in Latin and in full-width letters. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠|%]/
/** Controls but for line breaks and tabs have no place in a table. */
const CONTROLS = /[^\P{Cc}\t\r\n]/gu
const LIST_SEPARATOR = '; '

/** Lines end with CR and LF; the first one names the columns. */
export const tableCsv = ({ columns, rows }: ReportTable): string =>
  [columns.map(({ name }) => name), ...rows.map(row => columns.map(({ kind }, index) => textOf(row[index], kind)))]
    .map(line => line.map(quoted).join(','))
    .join('\r\n')
    .concat('\r\n')

/** Words of people that look like a formula get an apostrophe before them; numbers of ours are left as they are. */
const textOf = (cell: Cell, kind: CellKind): string => {
  const value = plainValue(cell, kind)
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = (typeof value === 'string' ? value : value.join(LIST_SEPARATOR)).replace(CONTROLS, '\ufffd')
  return FORMULA.test(text.trimStart()) || FORMULA.test(text) ? `'${text}` : text
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
