/** Reads the columns of the index into memory: in slices, because those of two million messages take a third of a second. */
import type { Database } from '../../../database/sqlite/database.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../../platform/yield.ts'
import type { Columns } from '../columns.ts'
import type { PartReader } from '../index-part.ts'

/** Messages that are counted at a time. */
const STEP = 4096

export interface ColumnsReaderDeps {
  readonly index: Database
  readonly columns: Columns
  readonly parts: Pick<PartReader, 'parts'>
}

export class ColumnsReader {
  readonly #deps: ColumnsReaderDeps
  #reading: Promise<void> | undefined
  #stopped = false

  constructor(deps: ColumnsReaderDeps) {
    this.#deps = deps
  }

  /** Resolves when the columns are in memory; begins to read them if that is needed. */
  async ready(): Promise<void> {
    const reading = (this.#reading ??= this.#read())
    try {
      await reading
    } catch (error) {
      if (this.#reading === reading) this.#reading = undefined
      throw error
    }
    // The index was recreated meanwhile.
    if (!this.#stopped && this.#reading !== reading) await this.ready()
  }

  /** The index was recreated: what is in memory is no longer true. */
  restart(): void {
    this.#reading = undefined
    this.#deps.columns.clear()
  }

  stop(): void {
    this.#stopped = true
  }

  #isOver(reading: Promise<void> | undefined): boolean {
    return this.#stopped || this.#reading !== reading
  }

  async #read(): Promise<void> {
    const { index, columns, parts } = this.#deps
    // Not before the caller has noted that this is running.
    await Promise.resolve()
    const reading = this.#reading
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    const all = parts.parts
    await columns.reserve(all.at(-1)?.last ?? 0)
    for (const { part, first, last } of all) {
      if (this.#isOver(reading)) return
      const row = index.get<{ columns: Uint8Array }>('select columns from parts where part = :part', { part })
      if (row === undefined) continue
      columns.copy(first, last, row.columns)
      await slices.pause()
      for (let from = first; from <= last; from += STEP) {
        if (this.#isOver(reading)) return
        columns.take(from, Math.min(from + STEP - 1, last))
        await slices.pause()
      }
    }
  }
}
