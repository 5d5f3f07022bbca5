/** The port of every format that can be loaded into the archive: a stream of messages with their places. */
import type { Phase, Place, SourceMessage, SourceType } from '../archive/archive-message.ts'

/** Something that a reader found in a source. */
export type SourceItem =
  | {
      readonly kind: 'message'
      readonly message: SourceMessage
      /** Line of the file, from 1; or the number of the message if the source has no lines. */
      readonly line: number
      /** Where the source itself found the message, if it says so: kept as further places. */
      readonly origins?: readonly Pick<Place, 'source_file' | 'source_line'>[] | undefined
      /** Another instant that its time may mean: where the clocks were set back. */
      readonly or_at?: number | undefined
    }
  | {
      readonly kind: 'rejected'
      readonly line: number
      /** One clause that describes the error. */
      readonly reason: string
      /** The beginning of the rejected text. */
      readonly excerpt: string
    }
  /** How the reader interpreted something ambiguous: one sentence without a full stop, for the caller. */
  | { readonly kind: 'notice'; readonly text: string }
  /** Everything before `position` has been yielded, so a later run may resume here. `lines`: how many precede it. */
  | { readonly kind: 'checkpoint'; readonly position: number; readonly lines: number }

/** A file to read. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  /** Its size when the run began: data that is appended later is loaded by the next run. */
  readonly size_bytes: number
  /** When it was last written, in milliseconds since the Unix epoch. */
  readonly modified_at: number
  /** The phase given by the caller, for sources that do not contain it. */
  readonly phase?: Phase | undefined
  readonly reading?: ReadingOptions | undefined
}

/** What the caller says about how to read a source. */
export interface ReadingOptions {
  /** IANA name of the zone of times without one. */
  readonly zone: string
  /** The order of day, month and year in dates; `undefined`: the reader detects it. */
  readonly date_order?: DateOrder | undefined
}

export const DATE_ORDERS = ['dmy', 'mdy', 'ymd'] as const
export type DateOrder = (typeof DATE_ORDERS)[number]

/** Where a reader begins: at the start of the file, or at a checkpoint of an earlier run. */
export interface SourceStart {
  readonly position: number
  readonly lines: number
}

/** Reads one format, in bounded memory for files of any size. */
export interface SourceReader {
  readonly type: SourceType
  /** Whether the file has this format, judging by its path and its beginning (the first 64 KiB, as text). */
  recognises(file: SourceFile, beginning: string): boolean | Promise<boolean>
  /** Yields every message in order, and checkpoints where a later run may resume. A bad line never ends it. */
  read(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncIterable<SourceItem>
}
