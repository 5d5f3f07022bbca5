/**
 * Renders a Markdown table (GFM) for WhatsApp, which has no tables: as aligned columns, as pairs, or as one paragraph
 * per row.
 */
import { Lexer, type Token } from 'marked'
import { boldToWhatsApp, inlineToPlain, inlineToWhatsApp } from './inline.ts'

/** Fixed-width characters that fit on one line of a small phone. */
const NARROW_WIDTH = 30
const BETWEEN_COLUMNS = '  '
/** Letters that align in the fixed-width font of any phone. */
const FIXED_WIDTH = /^[\x20-\x7e\u00a0-\u024f\u2010-\u2026\u20ac]*$/

/** Rows of text. A row may have more cells than the head, and none may be lost. */
interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const read = (cell: string): Token[] => Lexer.lexInline(cell)

/** Source lines of a table: head, delimiter row, rows. */
const tableOf = (raw: string): Table => {
  const [head = [], , ...rows] = raw.trimEnd().split('\n').map(cellsOf)
  return { head, rows }
}

const cellsOf = (line: string): readonly string[] => {
  const cells = ['']
  const inner = line.trim().replace(/^\|/, '')
  for (const part of inner.match(/\\\||`+[^`]*`+|[\s\S]/gu) ?? []) {
    if (part === '|') cells.push('')
    else cells.push(`${cells.pop() ?? ''}${part === '\\|' ? '|' : part}`)
  }
  if (cells.length > 1 && (cells.at(-1) ?? '').trim() === '') cells.pop()
  return cells.map(cell => cell.trim().replace(/<br\s*\/?>/gi, ' '))
}

/** The source of a table as lines; `fixed` if they belong in a fixed-width block. */
export const linesOfTable = (raw: string): { readonly lines: readonly string[]; readonly fixed: boolean } => {
  const { head, rows } = tableOf(raw)
  const aligned = head.length > 2 ? alignedLines([head, ...rows]) : undefined
  if (aligned !== undefined) return { lines: aligned, fixed: true }
  return { lines: head.length > 2 ? records(head, rows) : pairs(head, rows), fixed: false }
}

/** Aligned columns, if they are narrow enough. */
const alignedLines = (rows: readonly (readonly string[])[]): readonly string[] | undefined => {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  if (columns * BETWEEN_COLUMNS.length > NARROW_WIDTH) return undefined
  const plain = rows.map(row => row.map(cell => inlineToPlain(read(cell))))
  const widths = Array.from({ length: columns }, (_, column) =>
    plain.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0),
  )
  const width = widths.reduce((sum, each) => sum + each, BETWEEN_COLUMNS.length * (columns - 1))
  if (width > NARROW_WIDTH || !plain.flat().every(cell => FIXED_WIDTH.test(cell))) return undefined
  return plain.map(row =>
    widths
      .map((each, column) => (row[column] ?? '').padEnd(each))
      .join(BETWEEN_COLUMNS)
      .trimEnd(),
  )
}

/** One or two columns: `a: b`, one line per row. */
const pairs = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  boldToWhatsApp(read(head.filter(cell => cell !== '').join(' – '))),
  ...rows.map(([name = '', ...values]) => `• ${labelled(name, values)}`),
]

const labelled = (name: string, values: readonly string[]): string => {
  const said = values.filter(value => value !== '').map(value => inlineToWhatsApp(read(value)))
  return [inlineToWhatsApp(read(name)), ...said].filter(each => each !== '').join(': ')
}

/** Three columns and more: a bold line for the first cell of each row, then the other cells with their headings. */
const records = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  if (rows.length === 0) return [boldToWhatsApp(read(head.filter(cell => cell !== '').join(' – ')))]
  return rows.flatMap((row, index) => {
    const named = row.map((cell, column) => ({ name: head[column] ?? '', cell })).filter(({ cell }) => cell !== '')
    const [first, ...others] = named.map(({ name, cell }) => (name === '' ? cell : `${name}: ${cell}`))
    const title = first === undefined ? [] : [boldToWhatsApp(read(first))]
    return [...(index === 0 ? [] : ['']), ...title, ...others.map(each => `• ${inlineToWhatsApp(read(each))}`)]
  })
}
