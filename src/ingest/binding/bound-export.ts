/** Loads an exported chat into the conversation of a person or a group. */
import { stat } from 'node:fs/promises'
import { DenidinError } from '../../platform/errors.ts'
import { timeZone } from '../../platform/time-zone.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { RejectedLine } from '../../archive/extraction-run.ts'
import type { ReadingOptions, SourceFile } from '../source.ts'
import { ExportEntries } from '../whatsapp/export-entries.ts'
import { openExport, orderNotice, type OpenExport } from '../whatsapp/whatsapp-reader.ts'
import { ChatImport, type ChatImportDeps, type ImportCounts, type ImportTarget } from './chat-import.ts'
import type { MessageRecord } from '../../messages/message.ts'

/** An export that is to be bound. */
export interface BoundFile {
  readonly path: string
  readonly reading: ReadingOptions
  /** Names that the caller knows. */
  readonly names: readonly string[]
}

export interface BoundReport extends ImportCounts {
  readonly lines: number
  /** The first bad lines. */
  readonly rejected: readonly RejectedLine[]
  readonly errors: number
  /** How dates and times were read. */
  readonly notice: string
  /** The newest messages that were added, to be learned from. */
  readonly kept: readonly MessageRecord[]
}

const MOST_SHOWN = 20
const ENTRIES_AT_ONCE = 200

/** @throws DenidinError `not_found`; `invalid_input` for a file that is not an export of a chat */
export const openBoundFile = async ({ path, reading, names }: BoundFile, signal: AbortSignal): Promise<OpenExport> => {
  const found = await stat(path).catch((error: unknown) => {
    throw new DenidinError('not_found', `there is no file ${path}`, { cause: error })
  })
  if (!found.isFile()) throw new DenidinError('invalid_input', `${path} is not a file: give one exported chat`)
  const file: SourceFile = { path, size_bytes: found.size, modified_at: Math.floor(found.mtimeMs), reading }
  const opened = await openExport(file, signal, names)
  if (typeof opened === 'string') throw new DenidinError('invalid_input', `${path} is not an exported chat: ${opened}`)
  return opened
}

/** Reads an open export into a conversation. An interruption keeps what was added; loading it again goes on. */
export const importExport = async (
  { text, survey }: OpenExport,
  target: ImportTarget,
  deps: ChatImportDeps,
  { zone, signal, progress }: { readonly zone: string; readonly signal: AbortSignal; progress(done: number): void },
): Promise<BoundReport> => {
  const chat = new ChatImport(deps, target)
  const rejected: RejectedLine[] = []
  let errors = 0
  let lines = 0
  let entries = 0
  const items = new ExportEntries(survey, timeZone(zone)).read(text, { position: 0, lines: 0 }, signal)
  for await (const item of items) {
    if (item.kind === 'entry') {
      await chat.add(item.entry)
      if (++entries % ENTRIES_AT_ONCE === 0) {
        signal.throwIfAborted()
        progress(entries)
        await yieldToEventLoop()
      }
    } else if (item.kind === 'checkpoint') lines = item.lines
    else if (item.kind === 'rejected' && ++errors <= MOST_SHOWN) {
      rejected.push({ line: item.line, reason: item.reason, excerpt: item.excerpt })
    }
  }
  await chat.flush()
  return { ...chat.counts, lines, rejected, errors, notice: orderNotice(survey.order, zone), kept: chat.kept }
}
