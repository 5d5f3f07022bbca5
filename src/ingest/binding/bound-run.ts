/** Keeps the record of one load into a conversation, like that of any other load. */
import type { RunEnd, RunState, RunStep } from '../../archive/extraction-run.ts'
import type { SourceType } from '../../archive/archive-message.ts'
import type { Scope } from '../../messages/scope.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { RunRecords } from '../archive-loads.ts'

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

/** What a load into a conversation reads. */
export interface BoundSource {
  readonly source_type: SourceType
  /** Absolute path of a file or a folder. */
  readonly path: string
  readonly size_bytes: number
  /** SHA-256 in hexadecimal, taken before and after the load; `undefined`: it cannot be read any more. */
  checksum(signal: AbortSignal): Promise<string | undefined>
}

interface BoundRunStart {
  readonly source: BoundSource
  readonly conversation: Scope
  readonly started_by: string
}

class RecordedRun implements BoundRun {
  readonly run_id: number
  readonly #records: RunRecords
  readonly #source: BoundSource
  readonly #checksum: string

  constructor(records: RunRecords, run_id: number, source: BoundSource, checksum: string) {
    this.#records = records
    this.run_id = run_id
    this.#source = source
    this.#checksum = checksum
  }

  async record(step: RunStep): Promise<void> {
    await this.#records.record(this.run_id, step)
  }

  async complete(notes: string): Promise<{ readonly status: RunState; readonly notes: string }> {
    const after = await this.#source.checksum(new AbortController().signal).catch(() => undefined)
    const changed = after !== this.#checksum
    const all = changed
      ? `the source changed while it was read: what was read was added; load it again; ${notes}`
      : notes
    return await this.#end({ status: changed ? 'failed' : 'completed', destination_checksum: after, notes: all })
  }

  async stop(thrown: unknown, signal: AbortSignal): Promise<void> {
    const { code, message } = asDenidinError(thrown)
    const isOver = !signal.aborted && code !== 'unavailable' && code !== 'stopping'
    await this.#end({
      status: isOver ? 'failed' : 'interrupted',
      notes: isOver ? `the run failed: ${message}` : 'the run was interrupted; load it again to go on',
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
  { source, conversation, started_by }: BoundRunStart,
  signal: AbortSignal,
): Promise<BoundRun> => {
  const { source_type, path, size_bytes } = source
  const source_checksum = (await source.checksum(signal)) ?? ''
  const { run_id } = await records.begin({
    source_type,
    phase: undefined,
    source_file: path,
    conversation,
    file_size_bytes: size_bytes,
    source_checksum,
    started_by,
  })
  return new RecordedRun(records, run_id, source, source_checksum)
}
