/** Reads the lines of a source in bounded memory, with their numbers and places in the file, and rejects what is not a line. */
import { open } from 'node:fs/promises'
import type { SourceFile, SourceItem, SourceStart } from './source.ts'

const CHUNK_BYTES = 256 * 1024
/** A longer line is set aside: one message is never that long. */
const MOST_LINE_BYTES = 32 * 1024 * 1024
/** Characters of a bad line that are quoted. */
const MOST_EXCERPT_CHARACTERS = 160
const NEWLINE = 0x0a

/** A line, or what was found in the place of one. */
export type SourceLine =
  | {
      readonly kind: 'line'
      readonly text: string
      readonly line: number
      /** Where it begins in the file, in bytes. */
      readonly position: number
    }
  | Extract<SourceItem, { readonly kind: 'rejected' }>
  | Extract<SourceItem, { readonly kind: 'checkpoint' }>

/** The beginning of what was found, on one line. */
export const excerptOf = (text: string): string => {
  const flat = text
    .slice(0, 2 * MOST_EXCERPT_CHARACTERS)
    .replace(/\s+/gu, ' ')
    .trim()
  const cut = flat.slice(0, MOST_EXCERPT_CHARACTERS).replace(/[\ud800-\udbff]$/u, '')
  return cut.length < flat.length || text.length > 2 * MOST_EXCERPT_CHARACTERS ? `${cut}…` : cut
}

export const rejected = (
  line: number,
  reason: string,
  text: string,
): Extract<SourceItem, { readonly kind: 'rejected' }> => ({ kind: 'rejected', line, reason, excerpt: excerptOf(text) })

/**
 * Every line of the file as it was when the run began, without its end (`\n` or `\r\n`), empty ones included, and a
 * checkpoint after about each 256 KiB. A line that is not UTF-8 or too long is rejected.
 * @throws as `node:fs` does
 */
export const linesOf = (file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceLine> =>
  linesIn(chunksOf(file, from, signal), from)

/** The lines in pieces of a text, of which the first begins at `from`. A piece may be overwritten when the next is asked for. */
export async function* linesIn(chunks: AsyncIterable<Buffer>, from: SourceStart): AsyncGenerator<SourceLine> {
  const splitter = new LineSplitter(from)
  for await (const chunk of chunks) yield* splitter.take(chunk)
  yield* splitter.end()
}

/** A file in pieces. @throws as `node:fs` does */
async function* chunksOf(
  { path, size_bytes }: SourceFile,
  from: SourceStart,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    for (let position = from.position; position < size_bytes;) {
      signal.throwIfAborted()
      const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, size_bytes - position), position)
      if (bytesRead === 0) break
      position += bytesRead
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Cuts bytes into lines. */
class LineSplitter {
  #rest: Buffer[] = []
  #restBytes = 0
  #skipping = false
  /** Bytes before the line that is being put together. */
  #position: number
  #lines: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor({ position, lines }: SourceStart) {
    this.#position = position
    this.#lines = lines
  }

  *take(bytes: Buffer): Generator<SourceLine> {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from)
      if (end === -1) break
      yield this.#line(bytes.subarray(from, end), 1)
      from = end + 1
    }
    this.#keep(bytes.subarray(from))
    if (from > 0) yield this.#checkpoint()
  }

  *end(): Generator<SourceLine> {
    if (this.#restBytes > 0) yield this.#line(Buffer.alloc(0), 0)
    yield this.#checkpoint()
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length
    if (this.#restBytes > MOST_LINE_BYTES) this.#skipping = true
    // The chunk is used again for the next read.
    if (part.length > 0 && !this.#skipping) this.#rest.push(Buffer.from(part))
  }

  #line(last: Buffer, ending: 0 | 1): SourceLine {
    const bytes = this.#restBytes + last.length
    const isTooLong = this.#skipping || bytes > MOST_LINE_BYTES
    const whole = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, ...(isTooLong ? [] : [last])])
    this.#rest = []
    this.#restBytes = 0
    this.#skipping = false
    const position = this.#position
    this.#position += bytes + ending
    const line = ++this.#lines
    if (isTooLong) {
      const beginning = whole.toString('utf8', 0, 4 * MOST_EXCERPT_CHARACTERS)
      return rejected(
        line,
        `the line has ${String(bytes)} bytes; at most ${String(MOST_LINE_BYTES)} are read`,
        beginning,
      )
    }
    try {
      const text = this.#decoder.decode(whole)
      return { kind: 'line', text: withoutEnds(text, line), line, position }
    } catch {
      return rejected(line, 'the line is not UTF-8', whole.toString('latin1', 0, 4 * MOST_EXCERPT_CHARACTERS))
    }
  }

  #checkpoint(): SourceLine {
    return { kind: 'checkpoint', position: this.#position, lines: this.#lines }
  }
}

const BYTE_ORDER_MARK = '\ufeff'

const withoutEnds = (text: string, line: number): string => {
  const begun = line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  return begun.endsWith('\r') ? begun.slice(0, -1) : begun
}
