/** Turns the output of an operation into text: tables on a terminal, tab-separated columns in a pipe. */
import { once } from '../../platform/once.ts'
import { drawTable } from './table.ts'

/** Longest text that is shown in a table cell; rows with longer texts are printed one field per line. */
const TABLE_CELL = 60
/** Width of a terminal that does not report it. */
const COLUMNS_DEFAULT = 100

type Row = Readonly<Record<string, unknown>>

export interface Rendering {
  /** The reader is a person at a terminal. */
  readonly terminal: boolean
  readonly columns?: number | undefined
  /** Columns that are dropped on a narrow terminal, in this order. */
  readonly optional?: readonly string[] | undefined
  /** JSON is asked for. */
  readonly json?: boolean
}

/** Text for stdout, and for stderr. */
export interface ReportText {
  readonly out: string
  readonly err?: string
}

/** Turns the output of one operation into text, if fields and tables are not enough. */
export type Report = (output: Row, input: Row, rendering: Rendering) => ReportText

/**
 * Single values come first, as name and value; each list follows as a table. A page that is not the last ends with the
 * option for the next one. A terminal shows times in its own zone; a pipe gets them unchanged.
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

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `session_id` → `session-id`. */
export const kebab = (name: string): string => name.replaceAll('_', '-')

const PERCENT = '_pct'

/** `last_active` → `last active`, `avg_pct` → `avg %`. */
const title = (name: string): string =>
  name.endsWith(PERCENT) ? `${title(name.slice(0, -PERCENT.length))} %` : name.replaceAll('_', ' ')

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** `2026-11-20T09:00:00.000Z` → `2026-11-20 11:00` in local time. */
const localTime = (iso: string): string => {
  const at = new Date(iso)
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`
}

const SECONDS = '_seconds'
const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

/** The two largest units of a duration: `3 d 4 h`. */
const duration = (seconds: number): string => {
  if (seconds < MINUTE_SECONDS) return `${String(seconds)} s`
  const [large, small, unit, rest] =
    seconds < HOUR_SECONDS
      ? [MINUTE_SECONDS, 1, 'min', 's']
      : seconds < DAY_SECONDS
        ? [HOUR_SECONDS, MINUTE_SECONDS, 'h', 'min']
        : [DAY_SECONDS, HOUR_SECONDS, 'd', 'h']
  return `${String(Math.floor(seconds / large))} ${unit} ${String(Math.floor((seconds % large) / small))} ${rest}`
}

const COST = /(?:^|_)cost$/
/** Billionths; no price is more precise. */
const COST_DECIMALS = 9
const moneyFormat = once(
  () => new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 6, useGrouping: false }),
)

/** The least amount that people are shown. */
const LEAST_SHOWN = 0.000001

/** Money: rounded to millionths for people, exact and without an exponent for programs. */
const money = (amount: number, terminal: boolean): string => {
  if (!terminal) return amount.toFixed(COST_DECIMALS).replace(/\.?0+$/, '')
  return amount > 0 && amount < LEAST_SHOWN ? `<${LEAST_SHOWN.toFixed(6)}` : moneyFormat().format(amount)
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null

const cell = (name: string, value: unknown, terminal: boolean): string => {
  if (value === null || value === undefined) return '–'
  // Programs get the list as JSON.
  if (terminal && Array.isArray(value) && value.every(isPlain)) {
    return value.length === 0 ? '–' : value.map(each => cell(name, each, true)).join(', ')
  }
  if (typeof value === 'number' && COST.test(name)) return money(value, terminal)
  if (typeof value === 'number' && name.endsWith(PERCENT)) return `${value.toFixed(1)}${terminal ? '%' : ''}`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(3)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return printable(terminal && TIME.test(text) ? localTime(text) : text)
}

/** People's text must not control the terminal: replaces control characters, including escape sequences. */
export const printable = (text: string): string => text.replaceAll('\t', '  ').replace(/[^\P{Cc}\n]/gu, '\ufffd')

/** One name and value per line; on a terminal, a value of several lines follows below its name. */
const pairs = (entries: readonly (readonly [string, unknown])[], { terminal }: Rendering): string => {
  if (!terminal) return entries.map(([name, value]) => `${name}\t${line(cell(name, value, false))}`).join('\n')
  const shown = entries.map(([name, value]) =>
    name.endsWith(SECONDS) && typeof value === 'number'
      ? ([title(name.slice(0, -SECONDS.length)), duration(value)] as const)
      : ([title(name), cell(name, value, true)] as const),
  )
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown
    .map(([name, text]) => (text.includes('\n') ? `${name}\n${indent(text)}` : `${name.padEnd(width)}  ${text}`))
    .join('\n')
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** One row is one line, because programs at the other end of a pipe read lines. */
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')

/** Records are the rows of a table; other values have a line each. */
const list = (values: readonly unknown[], rendering: Rendering): string => {
  const rows = values.filter(isRecord)
  return rows.length === values.length
    ? rowsOf(rows, rendering)
    : values.map(value => line(cell('', value, rendering.terminal))).join('\n')
}

const rowsOf = (rows: readonly Row[], rendering: Rendering): string => {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  if (!rendering.terminal) {
    const lines = rows.map(row => names.map(name => line(cell(name, row[name], false))))
    return [names, ...lines].map(each => each.join('\t')).join('\n')
  }
  return (
    table(rows, names, rendering) ??
    rows.map(row => pairs(Object.entries(row).filter(hasValue), rendering)).join('\n\n')
  )
}

const hasValue = ([, value]: readonly [string, unknown]): boolean => value !== null

/** `undefined` when the rows do not fit this terminal as a table. Empty columns are omitted. */
const table = (rows: readonly Row[], names: readonly string[], rendering: Rendering): string | undefined => {
  const { optional = [], columns = COLUMNS_DEFAULT } = rendering
  const filled = names.filter(name => rows.some(row => row[name] !== null))
  for (let dropped = 0; dropped <= optional.length; dropped++) {
    const shown = filled.filter(name => !optional.slice(0, dropped).includes(name))
    const cells = rows.map(row => shown.map(name => cell(name, row[name], true)))
    const drawn = drawTable(shown.map(title), cells, { columns, longest: TABLE_CELL })
    if (drawn !== undefined) return drawn
  }
  return undefined
}
