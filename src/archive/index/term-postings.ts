/** Reads the postings of a word in one part of the index, block by block. */
import { Bm25 } from './bm25.ts'
import { CountPlanes } from './count-planes.ts'
import {
  BLOCK_MESSAGES,
  BOUND_BYTES,
  HEAD_BYTES,
  PART_RANGE,
  WINDOW,
  WINDOW_BITS,
  WINDOWS,
  type EncodedPostings,
} from './posting-encoder.ts'

/** Words with as many messages in a part keep them as sets of bits. */
const LEAST_DENSE = PART_RANGE / 8
/** Bytes for a message of a word that is not dense: its offset and its count. */
const DECODED_BYTES = 3

/** A decoded block. */
export interface Block {
  /** How many messages it contains. */
  size: number
  /** Offsets in the part, in ascending order. */
  readonly offsets: Uint16Array
  /** How many positions the word has in each message; 0 if it contains only another form of the word. */
  readonly counts: Uint8Array
}

/** All messages of a part that contain a word. */
export interface WordMessages {
  /** Rising. */
  readonly offsets: Uint16Array
  readonly counts: Uint8Array
  /** Where those of each window begin, and at last how many there are. */
  readonly begins: Uint32Array
}

/** How many words the messages of a part have. */
export interface PartLengths {
  /** By sequence number. */
  readonly words: ArrayLike<number>
  /** The first sequence number of the part. */
  readonly first: number
}

/** For each window, the message that scores most: how often it contains the word, and how many words it has. */
export interface WindowBests {
  /** Number of words of a message, on average. */
  readonly average: number
  /** One bit for each window that may contain the word. */
  readonly windows: number
  /** 0 where no message contains the word. */
  readonly counts: Uint8Array
  readonly words: Uint16Array
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
  #planes: CountPlanes | undefined
  #messages: WordMessages | undefined
  /** For one average. */
  #bests: WindowBests | undefined

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
    if (heads.byteLength > 0) return
    this.lasts[0] = 0xffff
    this.#document_ends[0] = documents.byteLength
    this.#position_ends[0] = 0xffffffff
  }

  /** About how many bytes this takes in memory. */
  get bytes(): number {
    const documents = this.#documents.byteLength
    // A message of a dense word has one byte, and those with several occurrences have another one.
    const decoded = this.isDense ? CountPlanes.bytes(documents - this.found) : DECODED_BYTES * this.found
    return 500 + documents + 14 * this.blocks + this.#bounds.byteLength + decoded
  }

  /** Whether so many messages contain the word that its sets are worth their memory. */
  get isDense(): boolean {
    return this.found >= LEAST_DENSE
  }

  /** Decodes the word for searches, which they otherwise do when they need it. */
  prepare(): void {
    if (this.isDense) this.#planes ??= this.#planesOfAll()
    else this.#messages ??= this.#decodeAll()
  }

  /** The sets of a dense word. */
  get planes(): CountPlanes {
    return (this.#planes ??= this.#planesOfAll())
  }

  /** The messages of a word that is not dense. */
  get messages(): WordMessages {
    return (this.#messages ??= this.#decodeAll())
  }

  #planesOfAll(): CountPlanes {
    const { offsets, counts } = this.#decodeAll()
    return new CountPlanes(offsets, counts)
  }

  #decodeAll(): WordMessages {
    const offsets = new Uint16Array(this.found)
    const counts = new Uint8Array(this.found)
    const block = emptyBlock()
    for (let number = 0, from = 0; number < this.blocks; number++) {
      this.decode(number, block)
      offsets.set(block.offsets.subarray(0, block.size), from)
      counts.set(block.counts.subarray(0, block.size), from)
      from += block.size
    }
    const begins = new Uint32Array(WINDOWS + 1)
    for (let window = 1, at = 0; window <= WINDOWS; window++) {
      while (at < offsets.length && (offsets[at] ?? 0) < window * WINDOW) at++
      begins[window] = at
    }
    return { offsets, counts, begins }
  }

  /** What scores most in each window does not depend on the weight of the word, and is found once. */
  bestsOf(average: number, lengths: PartLengths): WindowBests {
    if (this.#bests?.average === average) return this.#bests
    const bests = new WindowBestsBuilder(average)
    if (this.isDense) this.#addBounds(bests)
    else this.#addMessages(bests, lengths)
    this.#bests = bests.end()
    return this.#bests
  }

  /** Blocks of a dense word are shorter than a window, so that their bounds are close. */
  #addBounds(bests: WindowBestsBuilder): void {
    for (let block = 0; block < this.blocks; block++) {
      const to = this.#bound_ends[block] ?? 0
      const [first, last] = [this.lowest(block) >>> WINDOW_BITS, (this.lasts[block] ?? 0) >>> WINDOW_BITS]
      for (let at = block === 0 ? 0 : (this.#bound_ends[block - 1] ?? 0); at < to; at += 2)
        for (let window = first; window <= last; window++)
          bests.add(window, this.#bounds[at] ?? 0, this.#bounds[at + 1] ?? 0)
    }
  }

  #addMessages(bests: WindowBestsBuilder, { words, first }: PartLengths): void {
    const { offsets, counts } = this.messages
    for (let at = 0; at < offsets.length; at++) {
      const offset = offsets[at] ?? 0
      bests.add(offset >>> WINDOW_BITS, Math.max(1, counts[at] ?? 0), words[first + offset] ?? 1)
    }
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

/** Finds the message of each window that scores most. */
class WindowBestsBuilder {
  readonly #bm25: Bm25
  readonly #bests: WindowBests
  #windows = 0
  /** Of the message of a window that scores most. */
  readonly #scores = new Float64Array(WINDOWS)

  constructor(average: number) {
    this.#bm25 = new Bm25(1, average)
    this.#bests = { average, windows: 0, counts: new Uint8Array(WINDOWS), words: new Uint16Array(WINDOWS) }
  }

  add(window: number, count: number, words: number): void {
    const { counts, words: lengths } = this.#bests
    // Neither more occurrences nor fewer words: most messages of a common word.
    if (count <= (counts[window] ?? 0) && words >= (lengths[window] ?? 0)) return
    const score = this.#bm25.score(count, words)
    if (score <= (this.#scores[window] ?? 0)) return
    this.#scores[window] = score
    counts[window] = count
    lengths[window] = words
    this.#windows |= 1 << window
  }

  end(): WindowBests {
    return { ...this.#bests, windows: this.#windows }
  }
}

/** The positions of the messages of a block: those of message `at` are `values` from `starts[at]` to `starts[at + 1]`. */
export class BlockPositions {
  readonly starts = new Uint32Array(BLOCK_MESSAGES + 1)
  values = new Uint16Array(BLOCK_MESSAGES * 2)

  /** Reads those of the next block, in the place of the one before. */
  decode(bytes: Uint8Array, start: number, { size, counts }: Block): void {
    const { starts } = this
    for (let at = 0; at < size; at++) starts[at + 1] = (starts[at] ?? 0) + (counts[at] ?? 0)
    const count = starts[size] ?? 0
    if (count > this.values.length) this.values = new Uint16Array(2 * count)
    const { values } = this
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
  }
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
