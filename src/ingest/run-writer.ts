/** Collects the items of a reader, and writes them in small batches with the place that each of them reaches. */
import type { SourceMessage } from '../archive/archive-message.ts'
import type { ArchiveBatch, BatchCounts, FoundMessage } from '../archive/archive-store.ts'
import type { RejectedLine, RunPlace } from '../archive/extraction-run.ts'
import type { SourceItem } from './source.ts'

/** A batch is written after this many messages, or this many characters: some milliseconds of work. */
const MOST_MESSAGES = 128
const MOST_CHARACTERS = 256 * 1024
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

export interface RunWriterDeps {
  readonly write: WriteBatch
  readonly written: (messages: number) => Promise<void>
  readonly isForgotten: IsForgotten
}

export class RunWriter {
  readonly #write: WriteBatch
  readonly #written: (messages: number) => Promise<void>
  readonly #isForgotten: IsForgotten
  #forgotten = 0
  #found: FoundMessage[] = []
  /** How many of those were counted before the interruption. */
  #counted = 0
  #rejected: RejectedLine[] = []
  #characters = 0
  /** The last checkpoint, and how many messages after it are counted when the batch is written. */
  #reached: RunPlace
  #has_moved = false
  /** How many of the next messages were counted before the interruption. */
  #known: number
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
   * @param from where the run begins, or continues
   * @param written called after each batch, with the messages so far
   */
  constructor(from: RunPlace, { write, written, isForgotten }: RunWriterDeps) {
    this.#reached = { position: from.position, lines: from.lines, ahead: from.ahead }
    this.#known = from.ahead
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
        this.#take(item)
        break
      }
      case 'rejected': {
        const { line, reason, excerpt } = item
        this.#rejected.push({ line, reason, excerpt })
        break
      }
      case 'notice': {
        this.#totals = { ...this.#totals, notices: [...this.#totals.notices, item.text] }
        return
      }
      case 'checkpoint': {
        this.#reached = { position: item.position, lines: item.lines, ahead: this.#known }
        this.#has_moved = true
      }
    }
    if (this.#isFull) await this.flush()
  }

  #take({ message, line, origins, or_at }: Extract<SourceItem, { readonly kind: 'message' }>): void {
    const is_counted = this.#known > 0
    if (is_counted) this.#known--
    else this.#reached = { ...this.#reached, ahead: this.#reached.ahead + 1 }
    this.#has_moved = true
    if (this.#isForgotten(message, or_at)) {
      if (!is_counted) this.#forgotten++
      return
    }
    if (is_counted) this.#counted++
    this.#found.push({ message, line, origins })
    this.#characters += message.content.length
  }

  /** Writes the collected items. */
  async flush(): Promise<void> {
    if (!this.#has_moved && this.#rejected.length === 0) return
    const batch = {
      found: this.#found,
      counted: this.#counted,
      rejected: this.#rejected,
      forgotten: this.#forgotten,
      reached: this.#reached,
    }
    this.#forgotten = 0
    this.#found = []
    this.#counted = 0
    this.#rejected = []
    this.#characters = 0
    this.#has_moved = false
    const { new_unique_messages, duplicate_messages } = await this.#write(batch)
    const { messages, added, duplicates, errors, forgotten, notices, shown } = this.#totals
    this.#totals = {
      messages: messages + batch.found.length - batch.counted,
      added: added + new_unique_messages,
      duplicates: duplicates + duplicate_messages,
      errors: errors + batch.rejected.length,
      forgotten: forgotten + batch.forgotten,
      lines: batch.reached.lines,
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
