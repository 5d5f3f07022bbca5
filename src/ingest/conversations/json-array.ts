/** Streams the elements of a JSON array of any size: one element at a time is in memory, and a bad one is set aside. */
import { parseJson } from '../json-values.ts'
import { excerptOf } from '../source-lines.ts'

/** An element that is longer is set aside, like such a line. */
export const MOST_ELEMENT_BYTES = 32 * 1024 * 1024
/** Bytes of a bad element that are quoted. */
const MOST_QUOTED_BYTES = 640

/** An element; one that cannot be read; or that the array cannot be read any further. Indexes begin with 0. */
export type ArrayElement =
  | { readonly kind: 'element'; readonly index: number; readonly value: unknown }
  | { readonly kind: 'bad'; readonly index: number; readonly reason: string; readonly excerpt: string }
  | { readonly kind: 'broken'; readonly index: number; readonly reason: string }

/** Every element of the array. A piece may be overwritten when the next is asked for. @throws as `chunks` does */
export async function* arrayElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<ArrayElement> {
  const splitter = new ElementSplitter()
  for await (const chunk of chunks) {
    yield* splitter.take(chunk)
    if (splitter.isOver) return
  }
  yield* splitter.end()
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])
const LIST_BEGIN = 0x5b
const LIST_END = 0x5d
/** Blanks of JSON, and the byte order mark. */
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

/** Cuts bytes into the elements of a list, by brackets and quotation marks alone: each element is checked by itself. */
class ElementSplitter {
  #place: 'before' | 'between' | 'within' | 'behind' = 'before'
  #isOver = false
  #index = 0
  #parts: Buffer[] = []
  #bytes = 0
  /** Brackets that are open within the element. */
  #depth = 0
  #isText = false
  #isEscaped = false
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  /** Nothing more can be read. */
  get isOver(): boolean {
    return this.#isOver
  }

  *take(chunk: Buffer): Generator<ArrayElement> {
    for (let at = 0; at < chunk.length && !this.#isOver;) {
      if (this.#place !== 'within') {
        const byte = chunk[at] ?? 0
        if (this.#beginsElement(byte)) this.#place = 'within'
        else {
          yield* this.#outside(byte)
          at++
        }
        continue
      }
      const end = this.#endIn(chunk, at)
      this.#keep(chunk.subarray(at, end ?? chunk.length))
      if (end === undefined) return
      yield this.#element()
      // The comma or the last bracket is looked at outside.
      this.#place = 'between'
      at = end
    }
  }

  *end(): Generator<ArrayElement> {
    if (this.#place === 'before' || this.#place === 'behind') return
    if (this.#place === 'within') yield this.#bad('the list ends within it')
    else yield* this.#broken('the list ends without its last bracket')
  }

  #beginsElement(byte: number): boolean {
    return this.#place === 'between' && byte !== COMMA && !BLANKS.has(byte) && !CLOSING.has(byte)
  }

  *#outside(byte: number): Generator<ArrayElement> {
    if (BLANKS.has(byte)) return
    if (this.#place === 'before') {
      if (byte === LIST_BEGIN) this.#place = 'between'
      else yield* this.#broken('it is not a list')
    } else if (this.#place === 'behind') yield* this.#broken('there is more after the end of the list')
    else if (byte === LIST_END) this.#place = 'behind'
    else if (byte !== COMMA) yield* this.#broken('its brackets do not match')
  }

  /** Where the element ends in the piece: behind its last bracket, or else at a comma or a bracket that is not its own. */
  #endIn(chunk: Buffer, from: number): number | undefined {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#isText = false
      } else if (byte === QUOTE) this.#isText = true
      else if (OPENING.has(byte)) this.#depth++
      else if (CLOSING.has(byte)) {
        if (this.#depth === 0) return at
        if (--this.#depth === 0) return at + 1
      } else if (byte === COMMA && this.#depth === 0) return at
    }
    return undefined
  }

  #keep(part: Buffer): void {
    const room = MOST_ELEMENT_BYTES - this.#bytes
    this.#bytes += part.length
    if (room > 0) this.#parts.push(Buffer.from(part.subarray(0, room)))
  }

  #element(): ArrayElement {
    if (this.#bytes > MOST_ELEMENT_BYTES) {
      return this.#bad(`it has ${String(this.#bytes)} bytes; at most ${String(MOST_ELEMENT_BYTES)} are read`)
    }
    try {
      const read = parseJson(this.#decoder.decode(Buffer.concat(this.#parts)))
      if (typeof read === 'string') return this.#bad(read)
      return { kind: 'element', index: this.#next(), value: read.value }
    } catch {
      return this.#bad('it is not UTF-8')
    }
  }

  #bad(reason: string): ArrayElement {
    const beginning = Buffer.concat(this.#parts, Math.min(this.#bytes, MOST_QUOTED_BYTES)).toString('utf8')
    return { kind: 'bad', index: this.#next(), reason, excerpt: excerptOf(beginning) }
  }

  *#broken(reason: string): Generator<ArrayElement> {
    this.#isOver = true
    yield { kind: 'broken', index: this.#index, reason }
  }

  #next(): number {
    this.#parts = []
    this.#bytes = 0
    this.#depth = 0
    this.#isText = false
    this.#isEscaped = false
    return this.#index++
  }
}
