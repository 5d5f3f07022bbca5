/** Turns the output of an operation into text: tables on a terminal, tab-separated columns in a pipe. */
import Table from 'cli-table3'

/** A text longer than this is read better below its row's other fields than squeezed into a column. */
const TABLE_CELL = 60
/** Columns of a terminal that does not tell. */
const COLUMNS_DEFAULT = 100
/** A word longer than this may be cut for the sake of the terminal's width: it is no id, but an address. */
const LONGEST_WORD = 40
/** Blank characters behind each column. */
const COLUMN_GAP = 2
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}

type Row = Readonly<Record<string, unknown>>

export interface Rendering {
  /** Draw for a person at a terminal. */
  readonly terminal: boolean
  readonly columns?: number | undefined
}

/**
 * Fields that hold one value stand first, as name and value; each list follows as a table of its own. A page that is
 * not the last ends with what to ask for next.
 */
export const render = (output: Row, rendering: Rendering): string => {
  const { next, ...rest } = output
  const fields = Object.entries(rest)
  const single = fields.filter(([, value]) => !isList(value) && !isRecord(value))
  const parts: string[] = []
  if (single.length > 0) parts.push(pairs(single, rendering))
  for (const [name, value] of fields) {
    if (isRecord(value) && Object.keys(value).length > 0) {
      parts.push(heading(name, pairs(Object.entries(value), rendering)))
    }
    if (isList(value)) parts.push(heading(name, value.length === 0 ? 'none' : list(value, rendering)))
  }
  if (typeof next === 'string') parts.push(rendering.terminal ? `There is more: --after ${next}` : `next\t${next}`)
  return `${parts.join('\n\n')}\n`
}

const heading = (name: string, body: string): string => `${title(name)}\n${body}`

const isList = (value: unknown): value is readonly Row[] => Array.isArray(value)
const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `last_active` → `last active`. */
const title = (name: string): string => name.replaceAll('_', ' ')

const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/

const cell = (value: unknown, terminal: boolean): string => {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(3)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return printable(terminal ? text.replace(TIME, '$1 $2Z') : text)
}

/** What people wrote must not steer the terminal: control characters, escape sequences included, are shown as such. */
export const printable = (text: string): string => text.replaceAll('\t', '  ').replace(/[^\P{Cc}\n]/gu, '\ufffd')

/** Names and values below each other; on a terminal, what has several lines stands below its name. */
const pairs = (entries: readonly (readonly [string, unknown])[], { terminal }: Rendering): string => {
  const width = Math.max(...entries.map(([name]) => title(name).length))
  return entries
    .map(([name, value]) => {
      const text = cell(value, terminal)
      if (!terminal) return `${name}\t${line(text)}`
      return text.includes('\n') ? `${title(name)}\n${indent(text)}` : `${title(name).padEnd(width)}  ${text}`
    })
    .join('\n')
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** One row one line: what follows in the pipe reads lines. */
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')

const list = (rows: readonly Row[], rendering: Rendering): string => {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const cells = rows.map(row => names.map(name => cell(row[name], rendering.terminal)))
  if (!rendering.terminal) {
    return [names, ...cells.map(each => each.map(line))].map(each => each.join('\t')).join('\n')
  }
  const fits = (text: string): boolean => !text.includes('\n') && displayWidth(text) <= TABLE_CELL
  if (!cells.every(row => row.every(fits))) {
    return rows.map(row => pairs(Object.entries(row), rendering)).join('\n\n')
  }
  const colWidths = widths(names, cells, rendering.columns ?? COLUMNS_DEFAULT)
  const table = new Table({
    head: names.map(title),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': COLUMN_GAP },
    colWidths,
    wordWrap: true,
  })
  for (const row of cells) table.push(row.map((text, index) => breakWords(text, (colWidths[index] ?? 0) - COLUMN_GAP)))
  return table
    .toString()
    .split('\n')
    .map(each => each.trimEnd())
    .join('\n')
}

/**
 * Every column as wide as its text; while that is too much, the widest gives way, down to its longest word: an id that
 * is cut is of no use.
 */
const widths = (names: readonly string[], cells: readonly (readonly string[])[], columns: number): number[] => {
  const texts = names.map((name, index) => [title(name), ...cells.map(row => row[index] ?? '')])
  const widths = texts.map(each => widest(each.flatMap(text => text.split('\n'))) + COLUMN_GAP)
  const least = texts.map(each => Math.min(longestWord(each), LONGEST_WORD) + COLUMN_GAP)
  for (let excess = sum(widths) - columns; excess > 0; excess--) {
    const room = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0))
    const index = room.indexOf(Math.max(...room))
    if (room[index] === 0) break
    widths[index] = (widths[index] ?? 0) - 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const widest = (texts: readonly string[]): number => Math.max(...texts.map(displayWidth))
const longestWord = (texts: readonly string[]): number => widest(texts.flatMap(text => text.split(/\s+/)))

/** Breaks words that are wider than their column, whose end the table would cut off. */
const breakWords = (text: string, width: number): string =>
  text.replace(/\S+/g, word => {
    if (displayWidth(word) <= width) return word
    const lines = ['']
    for (const letter of word) {
      const line = `${lines.at(-1) ?? ''}${letter}`
      if (displayWidth(line) <= width) lines[lines.length - 1] = line
      else lines.push(letter)
    }
    return lines.join('\n')
  })

/** Columns that a text takes on a terminal: East Asian letters and emoji take two. */
const displayWidth = (text: string): number =>
  Array.from(text).reduce((width, letter) => width + (DOUBLE.test(letter) ? 2 : 1), 0)
const DOUBLE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff00-\uff60]/u
