/** Keeps the record of one load into a conversation, like that of any other load. */
import type { RunEnd, RunState, RunStep } from '../../archive/extraction-run.ts'
import type { Scope } from '../../messages/scope.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { RunRecords } from '../archive-loads.ts'
import { sha256OfFile } from '../../platform/checksums.ts'
import type { SourceFile } from '../source.ts'

/** How a load into a conversation is recorded. */
export interface BoundRun {
  /** `undefined`: a load that only counts leaves no record. */
  readonly run_id: number | undefined
  record(step: RunStep): Promise<void>
  /** Ends the record of a load that reached the end of its file. @returns the state, and notes with what else is to be known */
  complete(notes: string): Promise<{ readonly status: RunState | 'counted'; readonly notes: string }>
  /** Ends the record of a load that stopped before. */
  stop(thrown: unknown, signal: AbortSignal): Promise<void>
}

/** Of a load that only counts. */
export const noRun: BoundRun = {
  run_id: undefined,
  record: async () => undefined,
  complete: async notes => ({ status: 'counted', notes }),
  stop: async () => undefined,
}

interface BoundRunStart {
  readonly file: SourceFile
  readonly conversation: Scope
  readonly started_by: string
}

class RecordedRun implements BoundRun {
  readonly run_id: number
  readonly #records: RunRecords
  readonly #file: SourceFile
  readonly #checksum: string

  constructor(records: RunRecords, run_id: number, file: SourceFile, checksum: string) {
    this.#records = records
    this.run_id = run_id
    this.#file = file
    this.#checksum = checksum
  }

  async record(step: RunStep): Promise<void> {
    await this.#records.record(this.run_id, step)
  }

  async complete(notes: string): Promise<{ readonly status: RunState; readonly notes: string }> {
    const { path, size_bytes } = this.#file
    const after = await sha256OfFile(path, size_bytes, new AbortController().signal).catch(() => undefined)
    const changed = after !== this.#checksum
    const all = changed ? `the file changed while it was read: what was read was added; load it again; ${notes}` : notes
    return await this.#end({ status: changed ? 'failed' : 'completed', destination_checksum: after, notes: all })
  }

  async stop(thrown: unknown, signal: AbortSignal): Promise<void> {
    const { code, message } = asDenidinError(thrown)
    const isOver = !signal.aborted && code !== 'unavailable' && code !== 'stopping'
    await this.#end({
      status: isOver ? 'failed' : 'interrupted',
      notes: isOver ? `the run failed: ${message}` : 'the run was interrupted; load the file again to go on',
    })
  }

  async #end(end: RunEnd): Promise<{ readonly status: RunState; readonly notes: string }> {
    const { status, notes = '' } = await this.#records.end(this.run_id, end)
    return { status, notes }
  }
}

/** @throws as the archive does: a load without a record is none */
export const beginBoundRun = async (
  records: RunRecords,
  { file, conversation, started_by }: BoundRunStart,
  signal: AbortSignal,
): Promise<BoundRun> => {
  const { path, size_bytes } = file
  const source_checksum = (await sha256OfFile(path, size_bytes, signal)) ?? ''
  const { run_id } = await records.begin({
    source_type: 'whatsapp',
    phase: undefined,
    source_file: path,
    conversation,
    file_size_bytes: size_bytes,
    source_checksum,
    started_by,
  })
  return new RecordedRun(records, run_id, file, source_checksum)
}
