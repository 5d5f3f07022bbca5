/** A report as one HTML page that needs no network and no script: charts, and a table with the figures of each. */
import type { TimeZone } from '../../platform/time-zone.ts'
import { reportWords, type ReportWords } from '../../text/strings/report-words.ts'
import { timeOfDay } from '../../text/strings/written-day.ts'
import type { Language } from '../../text/language.ts'
import type {
  Cell,
  CellKind,
  ReportChart,
  ReportColumn,
  ReportDocument,
  ReportNote,
  ReportTable,
} from '../documents/report-document.ts'
import { isoDayOf } from '../report-range.ts'
import { barsByDay, barsByName, type Bar } from './charts.ts'
import { escaped } from './markup.ts'
import { PAGE_STYLE } from './page-style.ts'

/** How many bars a chart has. */
const MOST_NAMES = 20
const MOST_DAYS = 92
/** Tables with more columns than this are printed in landscape format. */
const UPRIGHT_COLUMNS = 9

const NUMBERS: ReadonlySet<CellKind> = new Set(['count', 'number', 'percent', 'seconds', 'bytes', 'money'])

/** Columns by which rows are grouped: an empty value means that the row belongs to no group. */
const GROUPS: ReadonlySet<string> = new Set(['name', 'project', 'component'])

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 3600
const KILO = 1024

export interface PageSettings {
  readonly language: Language
  readonly zone: TimeZone
}

export const reportPage = (document: ReportDocument, settings: PageSettings): string =>
  new Page(document, settings).html()

/** The translation of a name, which may be any text, such as a project called “constructor”. */
const wordFor = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined

class Page {
  readonly #document: ReportDocument
  readonly #words: ReportWords
  readonly #zone: TimeZone
  readonly #language: Language
  readonly #counts: Intl.NumberFormat

  constructor(document: ReportDocument, { language, zone }: PageSettings) {
    this.#document = document
    this.#words = reportWords(language)
    this.#zone = zone
    this.#language = language
    this.#counts = new Intl.NumberFormat(this.#words.locale, { maximumFractionDigits: 6 })
  }

  html(): string {
    const { report, tables, charts, notes } = this.#document
    const title = wordFor(this.#words.titles, report) ?? report
    return [
      '<!doctype html>',
      `<html lang="${this.#language}" dir="${this.#words.direction}">`,
      '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      // Whatever text the page contains, nothing is loaded and no script runs.
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
      '<meta name="referrer" content="no-referrer">',
      `<title>${escaped(title)} – DeniDin</title>`,
      `<style>${PAGE_STYLE}</style>`,
      '</head>',
      '<body>',
      `<header><h1>${escaped(title)}</h1>${this.#about()}</header>`,
      '<main>',
      ...notes.map(note => `<p class="note">${this.#note(note)}</p>`),
      ...charts.map((chart, index) => this.#chart(chart, index)),
      ...tables.map(table => this.#table(table)),
      '</main>',
      '</body>',
      '</html>',
      '',
    ].join('\n')
  }

  #about(): string {
    const { subject, first, last, time_zone, generated_at } = this.#document
    const { period, days, time_zone: zone, generated, subject: limited } = this.#words
    const facts = [
      ...(subject === undefined ? [] : [[limited, bdi(escaped(subject))]]),
      [
        period,
        escaped(
          days(first === undefined ? undefined : isoDayOf(first), last === undefined ? undefined : isoDayOf(last)),
        ),
      ],
      [zone, bdi(escaped(time_zone))],
      [generated, this.#time(generated_at)],
    ]
    return `<dl>${facts.map(([name = '', value = '']) => `<div><dt>${escaped(name)}</dt><dd>${value}</dd></div>`).join('')}</dl>`
  }

  #note(note: ReportNote): string {
    const { undated, newest, cut, tables } = this.#words
    switch (note.kind) {
      case 'undated':
        return escaped(undated(this.#counts.format(note.count)))
      case 'newest':
        return escaped(newest(isoDayOf(note.day)))
      case 'shown': {
        const of = note.of === undefined ? undefined : this.#counts.format(note.of)
        return escaped(cut(tables[note.table] ?? note.table, this.#counts.format(note.shown), of))
      }
    }
  }

  #chart(chart: ReportChart, index: number): string {
    const table = this.#document.tables.find(({ name }) => name === chart.table)
    const value = table?.columns.find(({ name }) => name === chart.value)
    if (table === undefined || value === undefined) return ''
    const { bars, days, all } = this.#bars(table, chart)
    if (bars.every(bar => bar.value === 0)) return ''
    const id = `chart-${String(index + 1)}`
    const settings = {
      labelled_by: id,
      direction: this.#words.direction,
      values: valuesOf(value.kind),
      format: (number: number) => escaped(this.#number(number, value.kind)),
    }
    const drawn = chart.kind === 'days' ? barsByDay(bars, settings) : barsByName(bars, settings)
    const { same_in_table, firstOf } = this.#words
    const aside = [...(bars.length < all ? [firstOf(bars.length, all)] : []), same_in_table].join('; ')
    const keys =
      chart.part === undefined
        ? ''
        : ` <span class="key"></span>${this.#title(chart.value)} <span class="key part"></span>${this.#title(chart.part)}`
    const caption = `<span id="${id}">${escaped(this.#words.chart(this.#plainTitle(chart.value), this.#plainTitle(chart.label), days))}</span>`
    return `<figure><figcaption>${caption} <span class="aside">(<a href="#table-${chart.table}">${escaped(aside)}</a>)${keys}</span></figcaption><div class="scroll" tabindex="0">${drawn}</div></figure>`
  }

  /** @returns `days`: how many days a bar stands for; `all`: how many bars there would be without a limit */
  #bars(
    table: ReportTable,
    chart: ReportChart,
  ): { readonly bars: readonly Bar[]; readonly days: number; readonly all: number } {
    const at = (name: string | undefined): number => table.columns.findIndex(column => column.name === name)
    const [label, value, part] = [at(chart.label), at(chart.value), at(chart.part)]
    const number = (row: readonly Cell[], index: number): number => {
      const cell = row[index]
      return typeof cell === 'number' ? cell : 0
    }
    if (chart.kind === 'names') {
      const groups = Map.groupBy(table.rows, row => textOf(row[label], this.#words.none))
      const sums = [...groups].map(([name, rows]) => ({
        label: name,
        value: sum(rows.map(row => number(row, value))),
        part: sum(rows.map(row => number(row, part))),
      }))
      // If a name has several rows, these are not sorted by their sum.
      const bars = groups.size < table.rows.length ? sums.sort((one, other) => other.value - one.value) : sums
      return { bars: bars.slice(0, MOST_NAMES), days: 1, all: bars.length }
    }
    const { first, days, count } = this.#buckets(table, label)
    const buckets = Array.from({ length: count }, () => ({ value: 0, part: 0, rows: 0 }))
    for (const row of table.rows) {
      const bucket = buckets[Math.floor((number(row, label) - first) / days)]
      if (bucket === undefined) continue
      bucket.value += number(row, value)
      bucket.part += number(row, part)
      if (row[value] !== undefined) bucket.rows++
    }
    // Durations of several rows cannot be added, so their mean is shown.
    const isMean = table.columns[value]?.kind === 'seconds'
    const bars = buckets.map(({ value: all, part: of, rows }, index) => ({
      label: isoDayOf(first + index * days),
      value: isMean && rows > 0 ? all / rows : all,
      part: of,
    }))
    return { bars, days, all: bars.length }
  }

  /**
   * Bars for the days of the report, or from the first row to the last; if there are many days, each bar stands for
   * several.
   */
  #buckets(
    table: ReportTable,
    label: number,
  ): { readonly first: number; readonly days: number; readonly count: number } {
    const dates = table.rows.map(row => row[label]).filter(each => typeof each === 'number')
    const first = this.#document.first ?? dates.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)
    const last = this.#document.last ?? dates.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY)
    const all = Number.isFinite(last - first) ? last - first + 1 : 0
    const days = Math.max(1, Math.ceil(all / MOST_DAYS))
    return { first, days, count: Math.ceil(all / days) }
  }

  #table({ name, columns, rows }: ReportTable): string {
    const head = columns.map(({ name: column, kind }) => `<th scope="col"${classOf(kind)}>${this.#title(column)}</th>`)
    const body =
      rows.length === 0
        ? `<tr><td colspan="${String(columns.length)}">${escaped(this.#words.no_rows)}</td></tr>`
        : rows
            .map(row => `<tr>${columns.map((column, index) => this.#cell(row[index], column, index)).join('')}</tr>`)
            .join('\n')
    const wide = columns.length > UPRIGHT_COLUMNS ? ' wide' : ''
    const caption = escaped(wordFor(this.#words.tables, name) ?? name)
    // Scrollable areas must be reachable with the keyboard.
    return `<section class="scroll${wide}" id="table-${name}" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body}
</tbody></table></section>`
  }

  #cell(cell: Cell, { name, kind }: ReportColumn, index: number): string {
    const [open, close] =
      index === 0 ? [`<th scope="row"${classOf(kind)}>`, '</th>'] : [`<td${classOf(kind)}>`, '</td>']
    return `${open}${this.#content(cell, name, kind)}${close}`
  }

  #content(cell: Cell, name: string, kind: CellKind): string {
    if (cell === undefined) return GROUPS.has(name) ? `<i>${escaped(this.#words.none)}</i>` : '–'
    if (typeof cell === 'string') {
      return bdi(escaped((kind === 'word' ? wordFor(this.#words.values, cell) : undefined) ?? cell))
    }
    if (typeof cell !== 'number') {
      return name === 'error_samples'
        ? `<ul>${cell.map(each => `<li>${bdi(escaped(each))}</li>`).join('')}</ul>`
        : cell.map(each => bdi(escaped(each))).join(', ')
    }
    if (kind === 'time') return this.#time(cell)
    if (kind === 'day') return `<time datetime="${isoDayOf(cell)}">${ltr(isoDayOf(cell))}</time>`
    return ltr(escaped(this.#number(cell, kind)))
  }

  #number(value: number, kind: CellKind): string {
    const { locale } = this.#words
    switch (kind) {
      case 'percent':
        return `${value.toFixed(2)}%`
      case 'seconds':
        return duration(value, locale)
      case 'bytes':
        return bytes(value, locale)
      case 'number':
        return String(value)
      default:
        return this.#counts.format(value)
    }
  }

  #time(at: number): string {
    const written = `${this.#zone.isoDay(at)} ${timeOfDay(this.#zone.wallClock(at))}`
    return `<time datetime="${new Date(at).toISOString()}">${ltr(written)}</time>`
  }

  /** The heading of a column. */
  #title(name: string): string {
    return escaped(this.#plainTitle(name))
  }

  #plainTitle(name: string): string {
    return wordFor(this.#words.columns, name) ?? name.replaceAll('_', ' ')
  }
}

const valuesOf = (kind: CellKind): 'whole' | 'seconds' | 'any' =>
  kind === 'count' ? 'whole' : kind === 'seconds' ? 'seconds' : 'any'

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

const textOf = (cell: Cell, none: string): string =>
  cell === undefined ? none : typeof cell === 'object' ? cell.join(', ') : String(cell)

/** A text with its own direction: names of projects may be left-to-right or right-to-left. */
const bdi = (html: string): string => `<bdi>${html}</bdi>`
/** Figures and days, which run from left to right in every language. */
const ltr = (html: string): string => `<bdi dir="ltr">${html}</bdi>`

const classOf = (kind: CellKind): string => {
  if (NUMBERS.has(kind)) return ' class="number"'
  if (kind === 'time' || kind === 'day') return ' class="when"'
  return kind === 'list' ? ' class="words list"' : ' class="words"'
}

/** `3.4 s`, or hours, minutes and seconds in the form of a clock. */
const duration = (seconds: number, locale: string): string => {
  if (seconds < MINUTE_SECONDS) {
    const unit = { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 } as const
    return new Intl.NumberFormat(locale, unit).format(seconds)
  }
  const parts = [seconds / HOUR_SECONDS, (seconds % HOUR_SECONDS) / MINUTE_SECONDS, seconds % MINUTE_SECONDS]
  return parts.map((part, index) => String(Math.floor(part)).padStart(index === 0 ? 1 : 2, '0')).join(':')
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

const bytes = (value: number, locale: string): string => {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log(Math.max(value, 1)) / Math.log(KILO)))
  const unit = { style: 'unit', unit: BYTE_UNITS[power], unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, unit).format(value / KILO ** power)
}
