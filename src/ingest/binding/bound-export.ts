/** Loads an exported chat into the conversation of a person or a group. */
import { stat } from 'node:fs/promises'
import { DenidinError } from '../../platform/errors.ts'
import { timeZone } from '../../platform/time-zone.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { RejectedLine } from '../../archive/extraction-run.ts'
import type { ReadingOptions, SourceFile } from '../source.ts'
import { unreadable } from '../unreadable.ts'
import { ExportEntries } from '../whatsapp/export-entries.ts'
import { openExport, orderNotice, type OpenExport } from '../whatsapp/whatsapp-reader.ts'
import { sha256OfFile } from '../../platform/checksums.ts'
import type { BoundRun, BoundSource } from './bound-run.ts'
import { ChatImport, type ChatImportDeps, type ImportCounts, type ImportTarget } from './chat-import.ts'

/** An export to be bound to a conversation. */
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
  /** How dates and times were interpreted. */
  readonly notice: string
  /** When the first and the last message was said; `undefined` for an export of events alone. */
  readonly said: { readonly from: number; readonly to: number } | undefined
}

const MOST_SHOWN = 20
const ENTRIES_AT_ONCE = 200
/** Entries after which the record of the run is brought up to date. */
const ENTRIES_BETWEEN_RECORDS = 5000

/** An export that is open, and the file that it is in. */
export interface OpenBoundFile extends OpenExport {
  readonly file: SourceFile
}

/** @throws DenidinError `not_found`; `invalid_input` if the file is not an exported chat */
export const openBoundFile = async (
  { path, reading, names }: BoundFile,
  signal: AbortSignal,
): Promise<OpenBoundFile> => {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!found.isFile()) throw new DenidinError('invalid_input', `${path} is not a file: give one exported chat`)
  const file: SourceFile = { path, size_bytes: found.size, modified_at: Math.floor(found.mtimeMs), reading }
  const opened = await openExport(file, signal, names).catch((error: unknown) => {
    throw signal.aborted ? error : unreadable(path, error)
  })
  if (typeof opened === 'string') throw new DenidinError('invalid_input', `${path} is not an exported chat: ${opened}`)
  return { ...opened, file }
}

/** An export as the source of a run. */
export const sourceOf = ({ path, size_bytes }: SourceFile): BoundSource => ({
  source_type: 'whatsapp',
  path,
  size_bytes,
  checksum: signal => sha256OfFile(path, size_bytes, signal),
})

interface ImportOptions {
  readonly zone: string
  readonly run: BoundRun
  readonly signal: AbortSignal
  progress(done: number): void
}

/**
 * Reads an open export into a conversation. After an interruption, the messages added so far are kept, and loading the
 * export again continues.
 */
export const importExport = async (
  { text, survey }: OpenExport,
  target: ImportTarget,
  deps: ChatImportDeps,
  { zone, run, signal, progress }: ImportOptions,
): Promise<BoundReport> => {
  const chat = new ChatImport(deps, target)
  const steps = new Steps(run)
  const rejected: RejectedLine[] = []
  let lines = 0
  let entries = 0
  let said: BoundReport['said']
  const items = new ExportEntries(survey, timeZone(zone)).read(text, { position: 0, lines: 0 }, signal)
  for await (const item of items) {
    if (item.kind === 'entry') {
      const { at, line } = item.entry
      said = { from: Math.min(said?.from ?? at, at), to: Math.max(said?.to ?? at, item.entry.or_at ?? at) }
      await chat.add(item.entry)
      if (++entries % ENTRIES_AT_ONCE === 0) {
        signal.throwIfAborted()
        progress(entries)
        await yieldToEventLoop()
      }
      if (entries % ENTRIES_BETWEEN_RECORDS === 0) await steps.record(chat.counts, line)
    } else if (item.kind === 'checkpoint') lines = item.lines
    else if (item.kind === 'rejected') {
      steps.reject(item)
      if (rejected.length < MOST_SHOWN) rejected.push({ line: item.line, reason: item.reason, excerpt: item.excerpt })
    }
  }
  await chat.flush()
  await steps.record(chat.counts, lines)
  return { ...chat.counts, lines, rejected, errors: steps.errors, notice: orderNotice(survey.order, zone), said }
}

/** Records what came since the last time. */
class Steps {
  readonly #run: BoundRun
  #before: Pick<ImportCounts, 'added' | 'known' | 'forgotten'> = { added: 0, known: 0, forgotten: 0 }
  #rejected: Omit<RejectedLine, 'excerpt'>[] = []
  #errors = 0

  constructor(run: BoundRun) {
    this.#run = run
  }

  get errors(): number {
    return this.#errors
  }

  reject({ line, reason }: Omit<RejectedLine, 'excerpt'>): void {
    this.#errors++
    this.#rejected.push({ line, reason })
  }

  async record({ added, known, forgotten }: ImportCounts, lines: number): Promise<void> {
    const before = this.#before
    const rejected = this.#rejected
    this.#before = { added, known, forgotten }
    this.#rejected = []
    await this.#run.record({
      added: added - before.added,
      duplicates: known - before.known,
      forgotten: forgotten - before.forgotten,
      rejected,
      lines,
    })
  }
}
