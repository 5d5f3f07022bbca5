/** The text of a report: as created, or drawn as tables. */
import type { z } from 'zod'
import { reportMake } from '../../operations/report/make.ts'
import { timeZone, type TimeZone } from '../../platform/time-zone.ts'
import { reportWords } from '../../text/strings/report-words.ts'
import { timeOfDay } from '../../text/strings/written-day.ts'
import { render, type Report, type ReportText } from './render.ts'

type Made = z.output<typeof reportMake.output>

/** Fields that identify a report; empty ones are left out. */
const ABOUT = ['report', 'subject', 'start_date', 'end_date', 'time_zone']

export const reportText: Report = (output, _input, rendering): ReportText => {
  const { format, text }: Made = reportMake.output.parse(output)
  if (format === 'html' || format === 'csv') return { out: text }
  if (format === 'json' || rendering.json === true) return { out: `${JSON.stringify(JSON.parse(text), null, 2)}\n` }
  const { notes, ...document } = JSON.parse(text) as Record<string, unknown>
  const about = ABOUT.flatMap(name => (document[name] === null ? [] : [[name, document[name]] as const]))
  const tables = Object.entries(document).filter(([, value]) => Array.isArray(value))
  const err = (notes as readonly Note[]).map(sentence => `${sentenceOf(sentence)}\n`).join('')
  const zone = rendering.terminal ? timeZone(String(document['time_zone'])) : undefined
  const lists = tables.map(
    ([name, rows]) => [name, (rows as readonly object[]).map(row => written(row, zone))] as const,
  )
  return { out: render(Object.fromEntries([...about, ...lists]), rendering), err }
}

/**
 * A row of a table: lists as words, percentages with their two decimals, and for people the times in the zone of the
 * report.
 */
const written = (row: object, zone: TimeZone | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [name, value.join(', ')]
      if (typeof value === 'number' && name.endsWith('_pct')) return [name, value.toFixed(2)]
      return [name, zone !== undefined && typeof value === 'string' && TIME.test(value) ? timeIn(zone, value) : value]
    }),
  )

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const timeIn = (zone: TimeZone, iso: string): string => {
  const at = Date.parse(iso)
  return `${zone.isoDay(at)} ${timeOfDay(zone.wallClock(at))}`
}

type Note =
  | { readonly kind: 'undated'; readonly count: number }
  | { readonly kind: 'newest'; readonly day: string }
  | { readonly kind: 'shown'; readonly table: string; readonly shown: number; readonly of?: number }

const sentenceOf = (note: Note): string => {
  const { undated, newest, no_rows, cut } = reportWords('en')
  switch (note.kind) {
    case 'undated':
      return undated(String(note.count))
    case 'newest':
      return `${no_rows} ${newest(note.day)}`
    case 'shown':
      return cut(note.table, String(note.shown), note.of === undefined ? undefined : String(note.of))
  }
}
