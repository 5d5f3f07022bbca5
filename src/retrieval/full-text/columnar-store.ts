/** The columns of a scope: time, length, speaker and flags of every message in 16 bytes each. */
import { SECOND_MS } from '../../platform/clock.ts'
import type { IndexedDocument } from './index-document.ts'
import { averageOf, extendedNeighbourhoods, neighbourhoodsOf, withEnd, type Neighbourhoods } from './windows.ts'

/** How many bytes the index stores of each message in addition to its words. */
export const DOCUMENT_BYTES = 16
/** How many messages share one blob; adding a message rewrites its blob. */
export const COLUMN_PART_SIZE = 1024
/** Flags of a message. */
export const FLAG = { present: 1, question: 2, number: 4, bot: 8, timed: 16, correction: 32 } as const

const LONGEST_KEPT = 0xffff
const LATEST_DAY = 0xffff

/** One message in 16 bytes: seconds (4), words (2), speaker (2), flags (2), two mentions: first days (2 each), lengths (1 each). */
export const encodeDocument = (document: IndexedDocument, speaker: number): Uint8Array => {
  const bytes = new Uint8Array(DOCUMENT_BYTES)
  const view = new DataView(bytes.buffer)
  const [one, two] = document.mentions
  view.setUint32(0, Math.max(0, Math.floor(document.sent_at / SECOND_MS)), true)
  view.setUint16(4, Math.min(document.stems.length, LONGEST_KEPT), true)
  view.setUint16(6, speaker, true)
  view.setUint16(
    8,
    FLAG.present |
      (document.question ? FLAG.question : 0) |
      (document.number ? FLAG.number : 0) |
      (document.bot ? FLAG.bot : 0) |
      (document.timed ? FLAG.timed : 0) |
      (document.correction ? FLAG.correction : 0),
    true,
  )
  for (const [at, span] of [one, two].entries()) {
    // Day 0 stands for no day: no one talks about 1 January 1970, or about days after 2149.
    if (span === undefined || span.from <= 0 || span.to > LATEST_DAY) continue
    view.setUint16(10 + 2 * at, span.from, true)
    view.setUint8(14 + at, span.to - span.from)
  }
  return bytes
}

/** The columns of a removed message. */
export const REMOVED_DOCUMENT = new Uint8Array(DOCUMENT_BYTES)

/** All data about the messages of one scope except their words, by ordinal (the order of arrival). */
export interface Columns extends Neighbourhoods {
  /** Ordinals run from 0 to `size` − 1. */
  readonly size: number
  /** How many messages have not been removed. */
  readonly present: number
  readonly seconds: Uint32Array
  readonly lengths: Uint16Array
  readonly speakers: Uint16Array
  readonly flags: Uint16Array
  /** Two ranges of days for each message: the first day (0: none), and how many more days follow it. */
  readonly mention_days: Uint16Array
  readonly mention_lengths: Uint8Array
  /** Mean number of words of a message. */
  readonly average_length: number
}

/** Decodes the columns of a scope from its concatenated parts. */
export const decodeColumns = (bytes: Uint8Array): Columns => completed(readColumns(bytes))

/** The columns of a scope after messages were added; the other messages are not decoded again. */
export const withAdded = (columns: Columns, bytes: Uint8Array): Columns => {
  const added = readColumns(bytes)
  const size = columns.size + added.size
  const read: Read = {
    size,
    present: columns.present + added.present,
    seconds: withEnd(new Uint32Array(size), columns.seconds, added.seconds),
    lengths: withEnd(new Uint16Array(size), columns.lengths, added.lengths),
    speakers: withEnd(new Uint16Array(size), columns.speakers, added.speakers),
    flags: withEnd(new Uint16Array(size), columns.flags, added.flags),
    mention_days: withEnd(new Uint16Array(2 * size), columns.mention_days, added.mention_days),
    mention_lengths: withEnd(new Uint8Array(2 * size), columns.mention_lengths, added.mention_lengths),
  }
  return completed(read, columns)
}

const readColumns = (bytes: Uint8Array): Read => {
  const size = Math.floor(bytes.byteLength / DOCUMENT_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seconds = new Uint32Array(size)
  const lengths = new Uint16Array(size)
  const speakers = new Uint16Array(size)
  const flags = new Uint16Array(size)
  const mention_days = new Uint16Array(2 * size)
  const mention_lengths = new Uint8Array(2 * size)
  let present = 0
  for (let at = 0, from = 0; at < size; at++, from += DOCUMENT_BYTES) {
    seconds[at] = view.getUint32(from, true)
    lengths[at] = view.getUint16(from + 4, true)
    speakers[at] = view.getUint16(from + 6, true)
    const flag = view.getUint16(from + 8, true)
    flags[at] = flag
    if ((flag & FLAG.present) !== 0) present++
    mention_days[2 * at] = view.getUint16(from + 10, true)
    mention_days[2 * at + 1] = view.getUint16(from + 12, true)
    mention_lengths[2 * at] = view.getUint8(from + 14)
    mention_lengths[2 * at + 1] = view.getUint8(from + 15)
  }
  return { size, present, seconds, lengths, speakers, flags, mention_days, mention_lengths }
}

/** The columns of a scope as if only these speakers had written. */
export const restrictedTo = (columns: Columns, kept: ReadonlySet<number>): Columns => {
  const { size, seconds, speakers, mention_days, mention_lengths } = columns
  const own = (at: number): boolean => kept.has(speakers[at] ?? -1)
  const flags = columns.flags.map((flag, at) => (own(at) ? flag : 0))
  const lengths = columns.lengths.map((length, at) => (own(at) ? length : 0))
  const present = flags.reduce((sum, flag) => sum + ((flag & FLAG.present) === 0 ? 0 : 1), 0)
  return completed({ size, present, seconds, lengths, speakers, flags, mention_days, mention_lengths })
}

/** The columns of a scope as if these messages had never arrived. */
export const withoutMessages = (columns: Columns, left_out: ReadonlySet<number>): Columns => {
  let { size, present } = columns
  while (left_out.has(size - 1)) size--
  const flags = columns.flags.slice(0, size)
  const lengths = columns.lengths.slice(0, size)
  for (const ordinal of left_out) {
    if (((columns.flags[ordinal] ?? 0) & FLAG.present) !== 0) present--
    if (ordinal >= size) continue
    flags[ordinal] = 0
    lengths[ordinal] = 0
  }
  const read: Read = {
    size,
    present,
    seconds: columns.seconds.subarray(0, size),
    lengths,
    speakers: columns.speakers.subarray(0, size),
    flags,
    mention_days: columns.mention_days.subarray(0, 2 * size),
    mention_lengths: columns.mention_lengths.subarray(0, 2 * size),
  }
  // The newest messages are in the last conversation: all others keep their neighbours.
  const last = columns.session_first.at(-1) ?? 0
  return completed(read, Math.min(...left_out) >= last ? columns : undefined)
}

/** The values that are stored for the messages themselves. */
type Read = Omit<Columns, keyof Neighbourhoods | 'average_length'>

/**
 * Adds the values that are derived from the stored ones.
 * @param before the neighbourhoods of the first messages, if they are known
 */
const completed = (read: Read, before?: Neighbourhoods): Columns => {
  const { present, lengths, flags } = read
  const written = { ...read, isPresent: (at: number) => ((flags[at] ?? 0) & FLAG.present) !== 0 }
  return {
    ...read,
    ...(before === undefined ? neighbourhoodsOf(written) : extendedNeighbourhoods(before, written)),
    average_length: averageOf(lengths, present),
  }
}

/** Numbers of the speakers who have a message in these parts. */
export const speakersIn = (parts: readonly Uint8Array[]): ReadonlySet<number> => {
  const present = new Set<number>()
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
    for (let from = 0; from + DOCUMENT_BYTES <= part.byteLength; from += DOCUMENT_BYTES) {
      if ((view.getUint16(from + 8, true) & FLAG.present) !== 0) present.add(view.getUint16(from + 6, true))
    }
  }
  return present
}
