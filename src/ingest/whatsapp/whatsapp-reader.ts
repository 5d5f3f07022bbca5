/** Reads exports of WhatsApp chats for the archive. */
import { basename, dirname, extname } from 'node:path'
import type { SourceMessage } from '../../archive/archive-message.ts'
import { normalisedContent } from '../../archive/archive-identity.ts'
import { textWithDetails } from '../../messages/message-details.ts'
import { timeZone } from '../../platform/time-zone.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { ReadingOptions, SourceFile, SourceItem, SourceReader, SourceStart } from '../source.ts'
import { isZipPath } from '../zip/zip-entry.ts'
import { chatNameOf, isExportName } from './chat-name.ts'
import type { SettledOrder } from './date-order.ts'
import { ExportEntries, type ExportEntry } from './export-entries.ts'
import { holdsExport, openExportText, type ExportText } from './export-text.ts'
import { parseHeader, withoutMarks, type Header } from './header.ts'
import { Occurrences } from './occurrences.ts'
import { surveyExport, type Survey } from './survey.ts'

const ENTRIES_AT_ONCE = 1000

/** Times without a zone are UTC unless the caller says otherwise. */
export const readingOf = ({ reading = { zone: 'UTC' } }: SourceFile): ReadingOptions => reading

/** An open export, with the result of its survey. */
export interface OpenExport {
  readonly text: ExportText
  readonly survey: Survey
  /** Name of the chat. */
  readonly chat: string
}

/** @returns a clause that says why the file cannot be read */
export const openExport = async (
  file: SourceFile,
  signal: AbortSignal,
  names?: Iterable<string>,
): Promise<OpenExport | string> => {
  const text = await openExportText(file)
  const { zone, date_order } = readingOf(file)
  const options = { zone, date_order, written_at: file.modified_at, names }
  const survey = await surveyExport(text, options, signal)
  if (typeof survey === 'string') return survey
  return { text, survey, chat: chatNameOf(...text.paths) ?? survey.senders.group() ?? nameOfFile(file.path) }
}

/** The name of a file that is not named like an export: its own name, or that of its folder. */
const nameOfFile = (path: string): string => {
  const name = basename(path, extname(path))
  return name.toLowerCase() === '_chat' ? basename(dirname(path)) : name
}

const MEANINGS = { dmy: 'day, month, year', mdy: 'month, day, year', ymd: 'year, month, day' } as const
const REASONS: Readonly<Record<SettledOrder['by'], string>> = {
  names: 'words name the months',
  given: 'as you said',
  dates: 'no other order gives dates that exist',
  sequence: 'only so do the messages follow each other',
  layout: 'a guess by how the dates are written: check it, and give --date-order if it is wrong',
}

/** The order in which the dates were read, and the reason. */
export const orderNotice = ({ order, by, year }: SettledOrder, zone: string): string =>
  `dates are read as ${MEANINGS[order]} (${REASONS[by]}), times as those of ${zone}` +
  (year === undefined ? '' : `; dates without a year as those of ${String(year)}, by the time of the file`)

const messageOf = (entry: ExportEntry, chat: string, occurrences: Occurrences): SourceMessage | undefined => {
  const { kind, at, sender, words, attachment, file, edited } = entry
  const content = kind === 'said' ? textWithDetails(words, { attachment }) : words
  if (normalisedContent(content) === '') return undefined
  const role = kind === 'said' ? 'user' : 'system'
  const occurrence = occurrences.next(at, `${role}\n${sender ?? ''}\n${normalisedContent(content)}`)
  const metadata = {
    ...(kind === 'said' ? {} : { event: kind }),
    ...(attachment === undefined ? {} : { attachment: attachment.kind }),
    ...(file === undefined ? {} : { file }),
    ...(edited ? { edited } : {}),
  }
  return {
    content,
    role,
    at,
    project: chat,
    session: chat,
    source_type: 'whatsapp',
    sender_name: sender,
    ...(occurrence === 1 ? {} : { occurrence }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

async function* read(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const opened = await openExport(file, signal)
  if (typeof opened === 'string') {
    yield { kind: 'rejected', line: 1, reason: opened, excerpt: '' }
    return
  }
  const { text, survey, chat } = opened
  const { zone } = readingOf(file)
  yield { kind: 'notice', text: orderNotice(survey.order, zone) }
  const occurrences = new Occurrences()
  let entries = 0
  for await (const item of new ExportEntries(survey, timeZone(zone)).read(text, from, signal)) {
    if (item.kind !== 'entry') {
      yield item
      continue
    }
    if (++entries % ENTRIES_AT_ONCE === 0) await yieldToEventLoop()
    const message = messageOf(item.entry, chat, occurrences)
    if (message !== undefined) yield { kind: 'message', message, line: item.entry.line, or_at: item.entry.or_at }
  }
}

const HEADERS_LOOKED_AT = 5
/** Exports of Android begin with events, which have no sender: up to this many lines are looked at for one. */
const LINES_LOOKED_AT = 200

export const whatsappReader: SourceReader = {
  type: 'whatsapp',
  recognises: async ({ path }, beginning) => {
    if (isZipPath(path)) return await holdsExport(path)
    if (!/\.txt$/iu.test(path)) return false
    const lines = beginning.split(/\r\n|\n|\r/u, LINES_LOOKED_AT)
    if (isExportName(path)) return lines.slice(0, HEADERS_LOOKED_AT).some(line => parseHeader(line) !== undefined)
    return isConversation(lines)
  },
  read,
}

/** A text with another name is an export if it begins with a message, or with an event before a message. */
const isConversation = (lines: readonly string[]): boolean => {
  const first = parseHeader(lines.find(line => withoutMarks(line).trim() !== '') ?? '')
  return first !== undefined && lines.some(line => isMessage(parseHeader(line), first.layout))
}

const isMessage = (header: Header | undefined, layout: string): boolean =>
  header?.layout === layout && /\S[^\n]*?:(?:\s|$)/u.test(withoutMarks(header.rest))
