import type { Postings } from './message-index.ts'

/** Ordinals of one part: an entry keeps the place within its part in ten bits, and how often the word stands there in six. */
export const PART_BITS = 10
export const PART_SIZE = 1 << PART_BITS
const COUNT_BITS = 6
const MOST_COUNT = (1 << COUNT_BITS) - 1
const ENTRY_BYTES = 2

export const partOf = (ordinal: number): number => ordinal >>> PART_BITS

/** Entries of one word in one part, to be put behind those that are there. */
export const encodeEntries = (entries: readonly { readonly ordinal: number; readonly count: number }[]): Uint8Array => {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [at, { ordinal, count }] of entries.entries()) {
    view.setUint16(at * ENTRY_BYTES, ((ordinal & (PART_SIZE - 1)) << COUNT_BITS) | Math.min(count, MOST_COUNT), true)
  }
  return bytes
}

/** The entries of one part without those of some ordinals. */
export const withoutOrdinals = (body: Uint8Array, ordinals: ReadonlySet<number>): Uint8Array => {
  const places = new Set([...ordinals].map(ordinal => ordinal & (PART_SIZE - 1)))
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const kept: number[] = []
  for (let at = 0; at + ENTRY_BYTES <= body.byteLength; at += ENTRY_BYTES) {
    const entry = view.getUint16(at, true)
    if (!places.has(entry >>> COUNT_BITS)) kept.push(entry)
  }
  const bytes = new Uint8Array(kept.length * ENTRY_BYTES)
  const target = new DataView(bytes.buffer)
  for (const [at, entry] of kept.entries()) target.setUint16(at * ENTRY_BYTES, entry, true)
  return bytes
}

/** Where a word stands, from all its parts. */
export const decodePostings = (parts: readonly { readonly part: number; readonly body: Uint8Array }[]): Postings => {
  const length = parts.reduce((sum, { body }) => sum + Math.floor(body.byteLength / ENTRY_BYTES), 0)
  const ordinals = new Uint32Array(length)
  const counts = new Uint8Array(length)
  let to = 0
  for (const { part, body } of parts) {
    const base = part << PART_BITS
    for (let at = 0; at + ENTRY_BYTES <= body.byteLength; at += ENTRY_BYTES) {
      const entry = (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8)
      ordinals[to] = base | (entry >>> COUNT_BITS)
      counts[to++] = entry & MOST_COUNT
    }
  }
  return { ordinals, counts }
}
