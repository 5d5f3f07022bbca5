/** Draws a table without rules that fits the width of a terminal. */
import Table from 'cli-table3'

/** Spaces after each column. */
const COLUMN_GAP = 2
/** A column of long texts shrinks to this width at most; narrower columns are unreadable. */
const NARROWEST = 24
/** Words longer than this, the length of an id, may be broken. */
const LONGEST_WORD = 36
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

type Texts = readonly string[]

/** `columns`: width of the terminal; `longest`: width of the longest text in a cell. */
export interface TableLimits {
  readonly columns: number
  readonly longest: number
}

/** `undefined` if the texts are too long for a table, or the terminal is too narrow for it. */
export const drawTable = (head: Texts, rows: readonly Texts[], limits: TableLimits): string | undefined => {
  const fits = (text: string): boolean => !text.includes('\n') && displayWidth(text) <= limits.longest
  const colWidths = rows.every(row => row.every(fits)) ? widths(head, rows, limits.columns) : undefined
  if (colWidths === undefined) return undefined
  const table = new Table({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': COLUMN_GAP },
    colWidths,
    wordWrap: true,
  })
  for (const row of rows) table.push(row.map((text, index) => breakWords(text, (colWidths[index] ?? 0) - COLUMN_GAP)))
  return table
    .toString()
    .split('\n')
    .map(each => each.trimEnd())
    .join('\n')
}

/** Every column is as wide as its text; if that is too wide, column names are wrapped first, then the texts. */
const widths = (head: Texts, rows: readonly Texts[], columns: number): number[] | undefined => {
  const texts = head.map((_, index) => rows.map(row => row[index] ?? ''))
  const bodies = texts.map((each, index) => Math.max(widest(each), longestWord([head[index] ?? ''])))
  const full = bodies.map((body, index) => Math.max(body, displayWidth(head[index] ?? '')))
  const least = texts.map((each, index) => {
    const [body = 0, name = ''] = [bodies[index], head[index]]
    return Math.max(body > NARROWEST ? NARROWEST : 0, Math.min(longestWord([...each, name]), LONGEST_WORD))
  })
  // The last column needs no gap.
  const room = columns - COLUMN_GAP * (head.length - 1)
  const found = narrowed(narrowed(full, bodies, room), least, room)
  return sum(found) > room ? undefined : found.map(width => width + COLUMN_GAP)
}

/** Narrows the widest column that is above its minimum until all columns fit. */
const narrowed = (widths: readonly number[], least: readonly number[], room: number): number[] => {
  const narrower = [...widths]
  for (let excess = sum(narrower) - room; excess > 0; excess--) {
    const givers = narrower.map((width, index) => (width > (least[index] ?? 0) ? width : 0))
    const index = givers.indexOf(Math.max(...givers))
    if (givers[index] === 0) break
    narrower[index] = (narrower[index] ?? 0) - 1
  }
  return narrower
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const widest = (texts: Texts): number => Math.max(...texts.map(displayWidth))
/** A time stays on the line of its date. */
const longestWord = (texts: Texts): number => widest(texts.flatMap(text => text.split(/\s+(?!\d\d:\d\d$)/)))

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

/** Width of a text on a terminal: East Asian characters and emoji take two columns. */
const displayWidth = (text: string): number =>
  Array.from(text).reduce((width, letter) => width + (DOUBLE.test(letter) ? 2 : 1), 0)
const DOUBLE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff00-\uff60]/u
