/** Collects the items of a reader and writes them in batches that end at a checkpoint. */
import type { SourceMessage } from '../archive/archive-message.ts'
import type { ArchiveBatch, BatchCounts, FoundMessage } from '../archive/archive-store.ts'
import type { RejectedLine } from '../archive/extraction-run.ts'
import type { SourceItem } from './source.ts'

/** A batch is written after this many messages, or this many characters: about twenty milliseconds of work. */
const MOST_MESSAGES = 500
const MOST_CHARACTERS = 1024 * 1024
/** How many bad lines are shown to the caller; all of them are in the record of the run. */
const MOST_SHOWN = 20

/** Writes a batch, or only counts it. */
export type WriteBatch = (batch: ArchiveBatch) => Promise<BatchCounts>

/** Whether a message is not to be taken. @param or_at another instant that its time may mean */
export type IsForgotten = (message: SourceMessage, or_at: number | undefined) => boolean

/** The counts since the run began or was resumed. */
export interface RunTotals {
  readonly messages: number
  readonly added: number
  readonly duplicates: number
  readonly errors: number
  readonly forgotten: number
  readonly lines: number
  /** How the reader interpreted ambiguous parts. */
  readonly notices: readonly string[]
  readonly shown: readonly RejectedLine[]
}

export class RunWriter {
  readonly #write: WriteBatch
  readonly #written: (messages: number) => Promise<void>
  readonly #isForgotten: IsForgotten
  #forgotten = 0
  #found: FoundMessage[] = []
  #rejected: RejectedLine[] = []
  #characters = 0
  #reached: ArchiveBatch['reached']
  #totals: RunTotals = {
    messages: 0,
    added: 0,
    duplicates: 0,
    errors: 0,
    forgotten: 0,
    lines: 0,
    notices: [],
    shown: [],
  }

  /**
   * @param isForgotten whether to skip a message
   * @param written called after each batch, with the messages so far
   */
  constructor(write: WriteBatch, written: (messages: number) => Promise<void>, isForgotten: IsForgotten = () => false) {
    this.#isForgotten = isForgotten
    this.#write = write
    this.#written = written
  }

  get totals(): RunTotals {
    return this.#totals
  }

  async add(item: SourceItem): Promise<void> {
    switch (item.kind) {
      case 'message': {
        const { message, line, origins, or_at } = item
        if (this.#isForgotten(message, or_at)) {
          this.#forgotten++
          return
        }
        this.#found.push({ message, line, origins })
        this.#characters += message.content.length
        return
      }
      case 'rejected': {
        const { line, reason, excerpt } = item
        this.#rejected.push({ line, reason, excerpt })
        return
      }
      case 'notice': {
        this.#totals = { ...this.#totals, notices: [...this.#totals.notices, item.text] }
        return
      }
      case 'checkpoint': {
        this.#reached = { position: item.position, lines: item.lines }
        if (this.#isFull) await this.flush()
      }
    }
  }

  /** Writes the collected items. */
  async flush(): Promise<void> {
    if (this.#reached === undefined && this.#found.length === 0 && this.#rejected.length === 0 && this.#forgotten === 0)
      return
    const batch = { found: this.#found, rejected: this.#rejected, forgotten: this.#forgotten, reached: this.#reached }
    this.#forgotten = 0
    this.#found = []
    this.#rejected = []
    this.#characters = 0
    this.#reached = undefined
    const { new_unique_messages, duplicate_messages } = await this.#write(batch)
    const { messages, added, duplicates, errors, forgotten, lines, notices, shown } = this.#totals
    this.#totals = {
      messages: messages + batch.found.length,
      added: added + new_unique_messages,
      duplicates: duplicates + duplicate_messages,
      errors: errors + batch.rejected.length,
      forgotten: forgotten + batch.forgotten,
      lines: batch.reached?.lines ?? lines,
      notices,
      shown: shown.length < MOST_SHOWN ? [...shown, ...batch.rejected].slice(0, MOST_SHOWN) : shown,
    }
    await this.#written(this.#totals.messages)
  }

  get #isFull(): boolean {
    return (
      this.#found.length >= MOST_MESSAGES ||
      this.#characters >= MOST_CHARACTERS ||
      this.#rejected.length >= MOST_MESSAGES
    )
  }
}
