/**
 * Loads files into the archive: detects their formats, streams them, records each run, and resumes interrupted ones.
 */
import { stat } from 'node:fs/promises'
import type { ArchiveStore } from '../archive/archive-store.ts'
import type { ExtractionRun, RunEnd } from '../archive/extraction-run.ts'
import { PHASES } from '../archive/archive-message.ts'
import type { ForgottenWords } from '../messages/forgotten-words.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import { sha256OfFile } from '../platform/checksums.ts'
import { ForgottenFilter } from './forgotten-filter.ts'
import { totalsOf, type FileReport, type IngestReport, type IngestRequest } from './ingest-report.ts'
import { RunWriter, type IsForgotten, type RunTotals } from './run-writer.ts'
import { readSourceFolder } from './source-folder.ts'
import { obstacleTo, recognise, sourceFileAt, UNKNOWN_FORMAT, type RecognisedFile } from './source-readers.ts'
import { unreadable } from './unreadable.ts'

export interface IngestDeps {
  readonly store: ArchiveStore
  /** Knows what was forgotten; without it, no message is skipped. */
  readonly forgotten?: ForgottenWords
  /** Called after each batch, so that the index can follow. */
  readonly written: () => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

export interface IngestOptions {
  readonly signal: AbortSignal
  progress(step: { readonly done: number; readonly total?: number; readonly unit: string }): void
}

/** A file with the filter for its forgotten messages. */
interface FilteredFile extends RecognisedFile {
  readonly isForgotten: IsForgotten
}

const nothingForgotten: IsForgotten = () => false

const REMEDY =
  '; an exported chat ends with .txt or .zip; for other files name the kind with --phase 1 to 7, or use "denidin ingest load-extraction"'

/** A single queue for all loads. */
const QUEUE = 'ingest'

export class Ingest {
  readonly #deps: IngestDeps
  readonly #queue = new KeyedQueue<string>()

  constructor(deps: IngestDeps) {
    this.#deps = deps
  }

  /**
   * Loads a file, or all files of a folder whose format is recognised; only one load runs at a time.
   * @throws DenidinError `not_found`, or `invalid_input` for a file of an unknown format
   */
  async load(request: IngestRequest, options: IngestOptions): Promise<IngestReport> {
    return await this.#queue.run(QUEUE, () => this.#load(request, options))
  }

  async #load(request: IngestRequest, options: IngestOptions): Promise<IngestReport> {
    const { clock } = this.#deps
    const began = clock.monotonic()
    const { files, skipped, is_folder } = await this.#find(request, options.signal)
    refuseChatOptions(request, files)
    const { forgotten } = this.#deps
    const filter = forgotten === undefined ? undefined : new ForgottenFilter(forgotten, request.people ?? [])
    const reports: FileReport[] = []
    for (const [index, found] of files.entries()) {
      const file = { ...found, isForgotten: filter?.ofSource() ?? nothingForgotten }
      options.signal.throwIfAborted()
      if (is_folder) options.progress({ done: index, total: files.length, unit: 'files' })
      reports.push(
        is_folder ? await this.#loadOneOf(file, request, options) : await this.#loadFile(file, request, options),
      )
    }
    return { files: reports, totals: totalsOf(reports), skipped, duration_ms: clock.monotonic() - began }
  }

  async #find(
    { path, phase, is_extraction, reading }: IngestRequest,
    signal: AbortSignal,
  ): Promise<{ files: readonly RecognisedFile[]; skipped: IngestReport['skipped']; is_folder: boolean }> {
    const choice = { phase, is_extraction, reading }
    const found = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    if (found.isDirectory()) {
      const folder = await readSourceFolder(path, choice, signal).catch((error: unknown) => {
        throw signal.aborted ? error : unreadable(path, error)
      })
      return { ...folder, is_folder: true }
    }
    if (!found.isFile()) throw new DenidinError('invalid_input', `${path} is neither a file nor a folder`)
    const file = await sourceFileAt(path, choice)
    const reader = await recognise(file, choice).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    if (reader === undefined) {
      const obstacle = await obstacleTo(path)
      throw new DenidinError('invalid_input', `${path} ${obstacle}${obstacle === UNKNOWN_FORMAT ? REMEDY : ''}`)
    }
    return { files: [{ file, reader }], skipped: [], is_folder: false }
  }

  /**
   * Loads one file of a folder. If it cannot be read, the others are still loaded; a failure of the archive ends the
   * load.
   */
  async #loadOneOf(found: FilteredFile, request: IngestRequest, { signal }: IngestOptions): Promise<FileReport> {
    try {
      return await this.#loadFile(found, request, { signal, progress: () => undefined }, true)
    } catch (error) {
      const isOfFile = !(error instanceof DenidinError) || error.code === 'invalid_input'
      if (signal.aborted || !isOfFile) throw error
      const notes = unreadable(found.file.path, error).message
      return { ...NOTHING, file: found.file.path, source_type: found.reader.type, status: 'failed', notes }
    }
  }

  async #loadFile(
    { file, reader, isForgotten }: FilteredFile,
    { dry_run, started_by }: IngestRequest,
    options: IngestOptions,
    skips_unchanged = false,
  ): Promise<FileReport> {
    const { store } = this.#deps
    const source_checksum = await sha256OfFile(file.path, file.size_bytes, options.signal)
    if (source_checksum === undefined) throw new Error('it became shorter just now')
    if (dry_run) return await this.#rehearse({ file, reader, isForgotten }, options)
    const source = { source_type: reader.type, source_file: file.path, source_checksum }
    const before = await store.completedRun(source)
    if (skips_unchanged && before !== undefined) return unchanged(before)
    const run = await store.begin({
      ...source,
      phase: PHASES[reader.type] ?? file.phase,
      file_size_bytes: file.size_bytes,
      started_by,
    })
    const resumed = run.position > 0 || run.ahead > 0
    const totals = await this.#read({ file, reader, isForgotten }, run, options)
    const ended = await store.end(run.run_id, await this.#endOf(file, source_checksum, options.signal))
    this.#deps.logger.for('ingest').info('Loaded a file', {
      run_id: ended.run_id,
      source_type: ended.source_type,
      status: ended.status,
      messages: ended.messages_extracted,
      added: ended.new_unique_messages,
      rejected: ended.errors_count,
    })
    return reportOf(ended, totals, ended.status, resumed)
  }

  /** Reads a file to its end. @throws the error that stops it, after recording the run as interrupted or failed */
  async #read(
    { file, reader, isForgotten }: FilteredFile,
    run: ExtractionRun,
    options: IngestOptions,
  ): Promise<RunTotals> {
    const { store, written } = this.#deps
    const writer = new RunWriter(run, {
      write: batch => store.write(run.run_id, batch),
      written: async messages => {
        options.progress({ done: run.messages_extracted + messages, unit: 'messages' })
        await written()
        // Lets other requests to the thread run.
        await yieldToEventLoop()
        options.signal.throwIfAborted()
      },
      isForgotten,
    })
    try {
      for await (const item of reader.read(file, run, options.signal)) await writer.add(item)
      await writer.flush()
      return writer.totals
    } catch (thrown) {
      const error = asDenidinError(thrown)
      const isOver = !options.signal.aborted && error.code !== 'unavailable' && error.code !== 'stopping'
      const notes = isOver
        ? `the run failed: ${error.message}`
        : 'the run was interrupted; load the file again to go on'
      await store.end(run.run_id, { status: isOver ? 'failed' : 'interrupted', notes })
      throw thrown
    }
  }

  /** How the run of a file ended: if its beginning has changed, it was not read as a whole; if it only grew, it was. */
  async #endOf({ path, size_bytes }: RecognisedFile['file'], before: string, signal: AbortSignal): Promise<RunEnd> {
    const after = await sha256OfFile(path, size_bytes, signal).catch(() => undefined)
    if (after !== before) {
      const notes = 'the file changed while it was read: what was read is in the archive; load it again'
      return { status: 'failed', destination_checksum: after, notes }
    }
    const grew = await stat(path).then(
      ({ size }) => size > size_bytes,
      () => false,
    )
    const notes = grew ? 'the file grew while it was read: the rest comes with the next load' : undefined
    return { status: 'completed', destination_checksum: after, notes }
  }

  async #rehearse({ file, reader, isForgotten }: FilteredFile, options: IngestOptions): Promise<FileReport> {
    using rehearsal = this.#deps.store.rehearse()
    const start = { position: 0, lines: 0, ahead: 0 }
    const writer = new RunWriter(start, {
      write: ({ found }) => rehearsal.count(found),
      written: async messages => {
        options.progress({ done: messages, unit: 'messages' })
        await yieldToEventLoop()
      },
      isForgotten,
    })
    for await (const item of reader.read(file, start, options.signal)) await writer.add(item)
    await writer.flush()
    const { messages, added, duplicates, errors, forgotten, lines, notices, shown } = writer.totals
    return {
      file: file.path,
      source_type: reader.type,
      run_id: undefined,
      status: 'counted',
      lines,
      messages_extracted: messages,
      new_unique_messages: added,
      duplicate_messages: duplicates,
      forgotten_messages: forgotten,
      errors_count: errors,
      rejected: shown,
      resumed: false,
      notes: notesOf(undefined, notices),
    }
  }
}

/** What is said about an exported chat must not be lost on something else. @throws DenidinError `invalid_input` */
const refuseChatOptions = ({ path, chat_options = [] }: IngestRequest, files: readonly RecognisedFile[]): void => {
  const [first] = files
  if (chat_options.length === 0 || first === undefined || files.some(each => each.reader.type === 'whatsapp')) return
  const what =
    files.length === 1 ? `is not an exported chat but of the kind "${first.reader.type}"` : 'holds no exported chat'
  throw new DenidinError('invalid_input', `${path} ${what}: leave out ${chat_options.join(' and ')}`)
}

/** The report of a file that was not read. */
const NOTHING = {
  run_id: undefined,
  lines: 0,
  messages_extracted: 0,
  new_unique_messages: 0,
  duplicate_messages: 0,
  forgotten_messages: 0,
  errors_count: 0,
  rejected: [],
  resumed: false,
} as const

/** The report of a file that an earlier run has read completely. */
const unchanged = (run: ExtractionRun): FileReport => ({
  ...reportOf(run, { shown: [], notices: [] }, 'unchanged', false),
  new_unique_messages: 0,
  duplicate_messages: run.messages_extracted,
  errors_count: 0,
})

const reportOf = (
  run: ExtractionRun,
  { shown, notices }: Pick<RunTotals, 'shown' | 'notices'>,
  status: FileReport['status'],
  resumed: boolean,
): FileReport => ({
  file: run.source_file,
  source_type: run.source_type,
  run_id: run.run_id,
  status,
  lines: run.lines,
  messages_extracted: run.messages_extracted,
  new_unique_messages: run.new_unique_messages,
  duplicate_messages: run.duplicate_messages,
  forgotten_messages: run.forgotten_messages,
  errors_count: run.errors_count,
  rejected: shown,
  resumed,
  notes: notesOf(run.notes, notices),
})

const notesOf = (notes: string | undefined, notices: readonly string[]): string | undefined => {
  const all = [...(notes === undefined ? [] : [notes]), ...notices]
  return all.length === 0 ? undefined : all.join('; ')
}
