/** Reads the postings of a word in one part of the index, block by block. */
import { Bm25 } from './bm25.ts'
import { BLOCK_MESSAGES, BOUND_BYTES, HEAD_BYTES, PART_RANGE, WINDOW, type EncodedPostings } from './posting-encoder.ts'
import { bothOf, eitherOf, noOffsets, withoutOf, type OffsetBits } from './offset-bits.ts'

/** Words with as many messages in a part keep their counts for quick look-ups, once they are looked up often. */
const LEAST_DENSE = PART_RANGE / 8
/** Bits of such a count; of a word that messages contain many times, more. */
const COUNT_BITS = 2
const LARGE_COUNT_BITS = 4
/** A word needs the larger ones if at least this share of its messages contains it more than once. */
const LARGE_SHARE = 1 / 4
const BITS_OF_BYTE = 8

/** A decoded block. */
export interface Block {
  /** How many messages it contains. */
  size: number
  /** Offsets in the part, in ascending order. */
  readonly offsets: Uint16Array
  /** How many positions the word has in each message; 0 if it contains only another form of the word. */
  readonly counts: Uint8Array
}

/** For each of several groups of messages: how often one of them contains the word, and how many words it has. */
interface Pairs {
  readonly counts: Uint8Array
  readonly words: Uint16Array
}

/** The pair of each block and of each window that scores most. */
interface Best {
  /** Number of words of a message. */
  readonly average: number
  readonly blocks: Pairs
  readonly windows: Pairs
}

const noPairs = (size: number): Pairs => ({ counts: new Uint8Array(size), words: new Uint16Array(size) })

/** 0 where there is no message. */
const scoreOf = ({ counts, words }: Pairs, at: number, bm25: Bm25): number => {
  const count = counts[at] ?? 0
  return count === 0 ? 0 : bm25.score(count, words[at] ?? 0)
}

const raise = (pairs: Pairs, at: number, bm25: Bm25, count: number, words: number): void => {
  if (bm25.score(count, words) <= scoreOf(pairs, at, bm25)) return
  pairs.counts[at] = count
  pairs.words[at] = words
}

export const emptyBlock = (): Block => ({
  size: 0,
  offsets: new Uint16Array(BLOCK_MESSAGES),
  counts: new Uint8Array(BLOCK_MESSAGES),
})

/** The postings of one word in one part. */
export class TermPostings {
  readonly found: number
  readonly blocks: number
  /** Offset of the last message of each block. */
  readonly lasts: Uint16Array
  readonly #documents: Uint8Array
  readonly #document_ends: Uint32Array
  readonly #position_ends: Uint32Array
  readonly #bound_ends: Uint32Array
  readonly #bounds: Uint16Array
  /** For each message of the part: how often it contains the word; all bits for a count that has to be read from its block. */
  #counts: Uint8Array | undefined
  readonly #count_bits: number
  /** Those that contain it, once they were asked for. */
  #offsets: OffsetBits | undefined
  /** What scores most, for one average. */
  #best: Best | undefined
  /** How many blocks were decoded to look a message up. */
  #looked_up = 0

  constructor({ found, heads, documents }: Omit<EncodedPostings, 'positions'>) {
    this.found = found
    this.blocks = Math.max(1, Math.ceil(found / BLOCK_MESSAGES))
    this.#documents = documents
    this.lasts = new Uint16Array(this.blocks)
    this.#document_ends = new Uint32Array(this.blocks)
    this.#position_ends = new Uint32Array(this.blocks)
    this.#bound_ends = new Uint32Array(this.blocks)
    const bounds: number[] = []
    const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength)
    let from = 0
    for (let block = 0; from < heads.byteLength; block++) {
      this.lasts[block] = view.getUint16(from, true)
      this.#document_ends[block] = view.getUint32(from + 2, true)
      this.#position_ends[block] = view.getUint32(from + 6, true)
      const count = view.getUint8(from + 10)
      from += HEAD_BYTES
      for (let bound = 0; bound < count; bound++, from += BOUND_BYTES) {
        bounds.push(view.getUint8(from), view.getUint16(from + 1, true))
      }
      this.#bound_ends[block] = bounds.length
    }
    this.#bounds = Uint16Array.from(bounds)
    // A message with one occurrence has one byte.
    this.#count_bits = documents.byteLength - found >= LARGE_SHARE * found ? LARGE_COUNT_BITS : COUNT_BITS
    if (heads.byteLength > 0) return
    this.lasts[0] = 0xffff
    this.#document_ends[0] = documents.byteLength
    this.#position_ends[0] = 0xffffffff
  }

  /** About how many bytes this takes in memory. */
  get bytes(): number {
    const dense = this.isDense ? (PART_RANGE * (this.#count_bits + 1)) / BITS_OF_BYTE : 0
    return 200 + this.#documents.byteLength + 14 * this.blocks + this.#bounds.byteLength + dense
  }

  /**
   * How often a message contains the word, without decoding anything; 0: not at all. `undefined`: its block has to be
   * decoded. After as many look-ups as there are blocks, those are decoded once for all.
   */
  quickCount(offset: number): number | undefined {
    if (this.#counts === undefined) {
      if (!this.isDense || ++this.#looked_up < this.blocks) return undefined
      this.#counts = this.#countsOfAll()
    }
    const place = offset * this.#count_bits
    const other = (1 << this.#count_bits) - 1
    const count = ((this.#counts[place >>> 3] ?? 0) >>> (place & 7)) & other
    return count === other ? undefined : count
  }

  /** Whether so many messages contain the word that its counts and its set of messages are worth their memory. */
  get isDense(): boolean {
    return this.found >= LEAST_DENSE
  }

  /** Sets the bits of all messages that contain the word. */
  addOffsets(bits: OffsetBits): void {
    if (this.isDense) eitherOf(bits, this.#allOffsets())
    else this.#decodeOffsets(bits)
  }

  /** Only those bits stay whose messages contain the word. */
  keepOffsets(bits: OffsetBits): void {
    bothOf(bits, this.#allOffsets())
  }

  /** Only those bits stay whose messages do not contain the word. */
  dropOffsets(bits: OffsetBits): void {
    withoutOf(bits, this.#allOffsets())
  }

  #allOffsets(): OffsetBits {
    if (this.#offsets !== undefined) return this.#offsets
    const bits = noOffsets()
    this.#decodeOffsets(bits)
    if (this.isDense) this.#offsets = bits
    return bits
  }

  /** Reads what `decode` reads, without the counts. */
  #decodeOffsets(bits: OffsetBits): void {
    const bytes = this.#documents
    for (let block = 0, from = 0; block < this.blocks; block++) {
      const to = this.#document_ends[block] ?? 0
      for (let offset = 0; from < to;) {
        let byte = bytes[from++] ?? 0
        let value = byte & 0x7f
        for (let shift = 7; byte >= 0x80; shift += 7) {
          byte = bytes[from++] ?? 0
          value |= (byte & 0x7f) << shift
        }
        offset += value >>> 1
        bits[offset >>> 5] = (bits[offset >>> 5] ?? 0) | (1 << (offset & 31))
        if ((value & 1) === 0 && (bytes[from++] ?? 0) >= 0x80) from++
      }
    }
  }

  #countsOfAll(): Uint8Array {
    const counts = new Uint8Array((PART_RANGE * this.#count_bits) / BITS_OF_BYTE)
    const other = (1 << this.#count_bits) - 1
    const block = emptyBlock()
    for (let number = 0; number < this.blocks; number++) {
      this.decode(number, block)
      for (let at = 0; at < block.size; at++) {
        const place = (block.offsets[at] ?? 0) * this.#count_bits
        const count = block.counts[at] ?? 0
        const kept = count === 0 || count > other ? other : count
        counts[place >>> 3] = (counts[place >>> 3] ?? 0) | (kept << (place & 7))
      }
    }
    return counts
  }

  /** Highest score of a message in the block; Infinity if that is unknown. */
  bound(block: number, bm25: Bm25): number {
    return this.#bounds.length === 0 ? Infinity : scoreOf(this.#bestFor(bm25).blocks, block, bm25)
  }

  /** The same for all offsets of a window; 0 if none of its messages contains the word. */
  windowBound(window: number, bm25: Bm25): number {
    return this.#bounds.length === 0 ? Infinity : scoreOf(this.#bestFor(bm25).windows, window, bm25)
  }

  /** Which message of a block scores most does not depend on the weight of the word. */
  #bestFor({ average }: Bm25): Best {
    if (this.#best?.average === average) return this.#best
    const bm25 = new Bm25(1, average)
    const blocks = noPairs(this.blocks)
    const windows = noPairs(PART_RANGE / WINDOW)
    for (let block = 0; block < this.blocks; block++) {
      const to = this.#bound_ends[block] ?? 0
      for (let at = block === 0 ? 0 : (this.#bound_ends[block - 1] ?? 0); at < to; at += 2)
        raise(blocks, block, bm25, this.#bounds[at] ?? 0, this.#bounds[at + 1] ?? 0)
      const [first, last] = [this.lowest(block), this.lasts[block] ?? 0]
      for (let window = Math.floor(first / WINDOW); window <= last / WINDOW; window++)
        raise(windows, window, bm25, blocks.counts[block] ?? 0, blocks.words[block] ?? 0)
    }
    this.#best = { average, blocks, windows }
    return this.#best
  }

  /** Highest score of a message of so many words in the block; `undefined` if that is unknown. */
  boundOf(block: number, bm25: Bm25, words: number): number | undefined {
    const to = this.#bound_ends[block] ?? 0
    if (to === 0) return undefined
    // By falling counts: a message that contains the word more often than the first one that fits is longer.
    for (let at = block === 0 ? 0 : (this.#bound_ends[block - 1] ?? 0); at < to; at += 2) {
      if ((this.#bounds[at + 1] ?? 0) <= words) return bm25.score(this.#bounds[at] ?? 0, words)
    }
    return 0
  }

  /** The lowest offset that the block may hold. */
  lowest(block: number): number {
    return block === 0 ? 0 : (this.lasts[block - 1] ?? 0) + 1
  }

  /** The block that holds an offset, if any; `blocks` if all are before it. */
  blockOf(offset: number): number {
    let low = 0
    let high = this.blocks
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.lasts[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  decode(block: number, into: Block): void {
    const bytes = this.#documents
    const to = this.#document_ends[block] ?? 0
    let from = block === 0 ? 0 : (this.#document_ends[block - 1] ?? 0)
    let offset = 0
    let size = 0
    const { offsets, counts } = into
    while (from < to) {
      let byte = bytes[from++] ?? 0
      // Most messages of a common word have one byte.
      if ((byte & 0x81) === 1) {
        offset += byte >>> 1
        offsets[size] = offset
        counts[size++] = 1
        continue
      }
      let value = byte & 0x7f
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = bytes[from++] ?? 0
        value |= (byte & 0x7f) << shift
      }
      offset += value >>> 1
      let count = 1
      if ((value & 1) === 0) {
        byte = bytes[from++] ?? 0
        count = byte & 0x7f
        if (byte >= 0x80) count |= (bytes[from++] ?? 0) << 7
      }
      offsets[size] = offset
      counts[size++] = count
    }
    into.size = size
  }

  /** Where the positions of a block begin among those of the word. */
  positionsFrom(block: number): number {
    return block === 0 ? 0 : (this.#position_ends[block - 1] ?? 0)
  }
}

/** Reads the positions of a block: those of message `at` are `values` from `starts[at]` to `starts[at + 1]`. */
export const decodePositions = (
  bytes: Uint8Array,
  start: number,
  { size, counts }: Block,
): { readonly starts: Uint32Array; readonly values: Uint16Array } => {
  const starts = new Uint32Array(size + 1)
  for (let at = 0; at < size; at++) starts[at + 1] = (starts[at] ?? 0) + (counts[at] ?? 0)
  const values = new Uint16Array(starts[size] ?? 0)
  let from = start
  for (let at = 0; at < size; at++) {
    let position = 0
    for (let to = starts[at] ?? 0; to < (starts[at + 1] ?? 0); to++) {
      let byte = bytes[from++] ?? 0
      let value = byte & 0x7f
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = bytes[from++] ?? 0
        value |= (byte & 0x7f) << shift
      }
      position += value
      values[to] = position
    }
  }
  return { starts, values }
}

/** Reads the positions of one message, which begin at `start`. */
export const decodePositionsAt = (
  bytes: Uint8Array,
  start: number,
  { positions, count }: { readonly positions: Uint16Array; readonly count: number },
): void => {
  let from = start
  let position = 0
  for (let at = 0; at < count; at++) {
    let byte = bytes[from++] ?? 0
    let value = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[from++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    position += value
    positions[at] = position
  }
}
