/** Reads SQLite's write-ahead log: https://sqlite.org/fileformat2.html#the_write_ahead_log */

export const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** The beginning of a log whose checksums are of little-endian numbers; the other kind has one more. */
const LITTLE_ENDIAN_MAGIC = 0x377f0682
const CHECKED_HEADER_BYTES = 24
const CHECKED_FRAME_HEADER_BYTES = 8

/** The committed pages in a log. */
export interface WalPages {
  /** Their newest content by number; the first page is 1. */
  readonly pages: ReadonlyMap<number, Buffer>
  /** Size of the database in pages after the last commit; `undefined` if the log has none. */
  readonly page_count: number | undefined
}

/**
 * Reads a log up to its last whole commit: frames of an unfinished transaction, and remains of earlier logs behind
 * them, are left out.
 * @param page_bytes of the database; a log with another size is not of it, and counts as empty
 */
export const readWal = (log: Buffer, page_bytes: number): WalPages => {
  const pages = new Map<number, Buffer>()
  let page_count: number | undefined
  const little = log.length >= WAL_HEADER_BYTES && log.readUInt32BE(0) === LITTLE_ENDIAN_MAGIC
  const sum = new Checksum(log, little)
  if (log.length < WAL_HEADER_BYTES || log.readUInt32BE(0) >>> 1 !== LITTLE_ENDIAN_MAGIC >>> 1)
    return { pages, page_count }
  sum.add(0, CHECKED_HEADER_BYTES)
  if (!sum.isAt(CHECKED_HEADER_BYTES) || log.readUInt32BE(8) !== page_bytes) return { pages, page_count }
  const frame_bytes = FRAME_HEADER_BYTES + page_bytes
  let uncommitted = new Map<number, Buffer>()
  for (let at = WAL_HEADER_BYTES; at + frame_bytes <= log.length; at += frame_bytes) {
    if (log.compare(log, 16, 24, at + 8, at + 16) !== 0) break
    const content = at + FRAME_HEADER_BYTES
    sum.add(at, CHECKED_FRAME_HEADER_BYTES)
    sum.add(content, page_bytes)
    if (!sum.isAt(at + 16)) break
    uncommitted.set(log.readUInt32BE(at), log.subarray(content, content + page_bytes))
    const committed = log.readUInt32BE(at + 4)
    if (committed === 0) continue
    for (const [page, bytes] of uncommitted) pages.set(page, bytes)
    uncommitted = new Map()
    page_count = committed
  }
  return { pages, page_count }
}

/** The running checksum of a log. */
class Checksum {
  readonly #view: DataView
  readonly #little: boolean
  #first = 0
  #second = 0

  constructor(log: Buffer, little: boolean) {
    this.#view = new DataView(log.buffer, log.byteOffset, log.length)
    this.#little = little
  }

  add(offset: number, length: number): void {
    let [first, second] = [this.#first, this.#second]
    for (let at = offset; at < offset + length; at += 8) {
      first = (first + this.#view.getUint32(at, this.#little) + second) >>> 0
      second = (second + this.#view.getUint32(at + 4, this.#little) + first) >>> 0
    }
    this.#first = first
    this.#second = second
  }

  /** Whether the log has this checksum at an offset. */
  isAt(offset: number): boolean {
    return this.#view.getUint32(offset) === this.#first && this.#view.getUint32(offset + 4) === this.#second
  }
}
