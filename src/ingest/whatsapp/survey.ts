/** Surveys an export before its messages are read: its layout, the order of its dates, and its senders. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import { NOT_UTF8 } from '../source-lines.ts'
import type { DateOrder } from '../source.ts'
import { CONVERT } from '../text-encoding.ts'
import { DateEvidence, isIslamic, type SettledOrder } from './date-order.ts'
import type { ExportText } from './export-text.ts'
import { parseHeader } from './header.ts'
import { Senders } from './senders.ts'

/** How to read an export, as determined from all of its text. */
export interface Survey {
  readonly layout: string
  readonly order: SettledOrder
  readonly senders: Senders
  /** Headers in the layout of the export. */
  readonly messages: number
  /** Whether the messages follow each other in time, but for a few. */
  readonly is_in_order: boolean
}

export interface SurveyOptions {
  /** Given by the caller. */
  readonly date_order?: DateOrder | undefined
  /** Name of the zone that the times are read in. */
  readonly zone: string
  /** When the file was written, in milliseconds since the Unix epoch. */
  readonly written_at: number
  /** Names that the caller knows. */
  readonly names?: Iterable<string> | undefined
}

const LINES_AT_ONCE = 2000
/** Steps back in time that pasted conversations may make: as many, or as large a share of the messages. */
const MOST_STEPS_BACK = 10
const MOST_SHARE_BACK = 0.02

const ISLAMIC =
  'its dates are of the Islamic (lunar) calendar, whose days cannot be converted for certain: set the phone to the Gregorian or the Solar Hijri calendar and export the chat again'

/** @returns a clause that says why the text is no export */
export const surveyExport = async (
  text: ExportText,
  { date_order, zone, written_at, names }: SurveyOptions,
  signal: AbortSignal,
): Promise<Survey | string> => {
  const evidence = new DateEvidence(written_at)
  const senders = new Senders(names)
  let layout: string | undefined
  let messages = 0
  let lines = 0
  let unreadable = 0
  let islamic = 0
  for await (const line of text.lines({ position: 0, lines: 0 }, signal)) {
    if (line.kind === 'rejected' && line.reason === NOT_UTF8) unreadable++
    if (line.kind !== 'line') continue
    if (++lines % LINES_AT_ONCE === 0) await yieldToEventLoop()
    const header = parseHeader(line.text)
    if (header === undefined) continue
    // An export begins with one of its own headers; headers in another layout were pasted into a message.
    layout ??= header.layout
    if (header.layout !== layout) continue
    messages++
    if (isIslamic(header)) islamic++
    evidence.add(header)
    senders.add(header.rest)
  }
  const settled = evidence.settle(zone)
  const isGiven = date_order !== undefined && settled?.by !== 'names'
  const order = isGiven ? { order: date_order, by: 'given' as const } : settled
  // Half of a chat would be worse than none.
  if (unreadable > messages) return CONVERT
  if (layout !== undefined && islamic > messages / 2) return ISLAMIC
  if (layout === undefined || order === undefined) return 'there is no message with a date and a sender in it'
  const back = evidence.stepsBack(order.order)
  const is_in_order = back <= MOST_STEPS_BACK || back <= messages * MOST_SHARE_BACK
  return { layout, order, senders, messages, is_in_order }
}
