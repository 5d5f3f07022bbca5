/** Encodes postings (which messages contain a word, and how often) as compact blobs. */
import type { Postings } from './full-text-index.ts'

/**
 * A part covers 2^`PART_BITS` ordinals: enough that a word in a long conversation has few blobs to read, and few enough
 * that a blob is quickly rewritten.
 */
const PART_BITS = 14
const PART_SIZE = 1 << PART_BITS
/** Offset within the part (2 bytes), how often the message contains the word (1 byte). */
const ENTRY_BYTES = 3
const MOST_COUNT = 255

/** The part of the postings to which an ordinal belongs. */
export const postingPartOf = (ordinal: number): number => ordinal >>> PART_BITS

/** Encodes entries of one word in one part, to be appended to the existing ones. */
export const encodeEntries = (entries: readonly { readonly ordinal: number; readonly count: number }[]): Uint8Array => {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES)
  for (const [at, { ordinal, count }] of entries.entries()) {
    const offset = ordinal % PART_SIZE
    bytes[at * ENTRY_BYTES] = offset & 0xff
    bytes[at * ENTRY_BYTES + 1] = offset >>> 8
    bytes[at * ENTRY_BYTES + 2] = Math.min(count, MOST_COUNT)
  }
  return bytes
}

const offsetAt = (body: Uint8Array, at: number): number => (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8)

/** The entries of one part without those of these ordinals. */
export const withoutOrdinals = (body: Uint8Array, ordinals: ReadonlySet<number>): Uint8Array => {
  const offsets = new Set([...ordinals].map(ordinal => ordinal % PART_SIZE))
  const kept = new Uint8Array(body.byteLength)
  let to = 0
  for (let at = 0; at + ENTRY_BYTES <= body.byteLength; at += ENTRY_BYTES) {
    if (offsets.has(offsetAt(body, at))) continue
    kept.set(body.subarray(at, at + ENTRY_BYTES), to)
    to += ENTRY_BYTES
  }
  return kept.subarray(0, to)
}

/** The postings of a word, from all its parts. */
export const decodePostings = (parts: readonly { readonly part: number; readonly body: Uint8Array }[]): Postings => {
  const length = parts.reduce((sum, { body }) => sum + Math.floor(body.byteLength / ENTRY_BYTES), 0)
  const ordinals = new Uint32Array(length)
  const counts = new Uint8Array(length)
  let to = 0
  for (const { part, body } of parts) {
    const base = part * PART_SIZE
    for (let at = 0; at + ENTRY_BYTES <= body.byteLength; at += ENTRY_BYTES) {
      ordinals[to] = base + offsetAt(body, at)
      counts[to++] = body[at + 2] ?? 0
    }
  }
  return { ordinals, counts }
}
