/** The port of every format that can be loaded into the archive: a stream of messages with where each was found. */
import type { Phase, Place, SourceMessage, SourceType } from '../archive/archive-message.ts'

/** Something that a reader found in a source. */
export type SourceItem =
  | {
      readonly kind: 'message'
      readonly message: SourceMessage
      /** Line of the file, from 1; or the number of the message, in a source without lines. */
      readonly line: number
      /** Where the source itself found it, if it tells: kept as further places. */
      readonly origins?: readonly Pick<Place, 'source_file' | 'source_line'>[] | undefined
      /** Another instant that its time may mean: where the clocks were set back. */
      readonly or_at?: number | undefined
    }
  | {
      readonly kind: 'rejected'
      readonly line: number
      /** One clause that says what is wrong with it. */
      readonly reason: string
      /** The beginning of what was found there. */
      readonly excerpt: string
    }
  /** How the reader took something that can be read in several ways: one sentence without a full stop, for the caller. */
  | { readonly kind: 'notice'; readonly text: string }
  /** Everything before `position` has been yielded: a later run may go on from there. `lines`: how many come before it. */
  | { readonly kind: 'checkpoint'; readonly position: number; readonly lines: number }

/** A file to be read. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  /** Its size when the run began: what is written to its end meanwhile comes with the next run. */
  readonly size_bytes: number
  /** When it was last written, in milliseconds since the Unix epoch. */
  readonly modified_at: number
  /** The phase that the caller named, for sources that do not tell it. */
  readonly phase?: Phase | undefined
  readonly reading?: ReadingOptions | undefined
}

/** What a caller says about how a source is to be read. */
export interface ReadingOptions {
  /** IANA name of the zone of times without one. */
  readonly zone: string
  /** The order of day, month and year in dates; `undefined`: the reader settles it. */
  readonly date_order?: DateOrder | undefined
}

export const DATE_ORDERS = ['dmy', 'mdy', 'ymd'] as const
export type DateOrder = (typeof DATE_ORDERS)[number]

/** Where a reader begins: at the beginning, or at a checkpoint of an earlier run. */
export interface SourceStart {
  readonly position: number
  readonly lines: number
}

/** Reads one format. Memory stays bounded, whatever the size of the file. */
export interface SourceReader {
  readonly type: SourceType
  /** Whether the file is of this format, by its path and its beginning (the first 64 KiB, as text). */
  recognises(file: SourceFile, beginning: string): boolean | Promise<boolean>
  /** Yields every message in order, and a checkpoint where a later run may begin. Never ends on a bad line. */
  read(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncIterable<SourceItem>
}
