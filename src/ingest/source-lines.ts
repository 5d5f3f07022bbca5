/**
 * Reads the lines of a source in bounded memory, with their numbers and positions in the file, and rejects invalid
 * ones.
 */
import { open } from 'node:fs/promises'
import type { SourceFile, SourceItem, SourceStart } from './source.ts'
import { BEGINNING_BYTES, behind, isTranscoded, utf8Chunks } from './text-encoding.ts'

const CHUNK_BYTES = 256 * 1024
/** A longer line is set aside, because no message is that long. */
const MOST_LINE_BYTES = 32 * 1024 * 1024
/** How many characters of a bad line are quoted. */
const MOST_EXCERPT_CHARACTERS = 160
const NEWLINE = 0x0a
/** Why a line in another encoding is set aside. */
export const NOT_UTF8 = 'the line is not UTF-8'

/** A line, or a rejected one. */
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

/** The beginning of a text, on one line. */
export const excerptOf = (text: string): string => {
  const flat = text
    .slice(0, 2 * MOST_EXCERPT_CHARACTERS)
    .replace(/\s+/gu, ' ')
    .trim()
  const cut = flat.slice(0, MOST_EXCERPT_CHARACTERS).replace(/[\ud800-\udbff]$/u, '')
  return cut.length < flat.length || text.length > 2 * MOST_EXCERPT_CHARACTERS ? `${cut}…` : cut
}

/** A text that cannot be read as a message, with a clause that says why. */
export interface Unreadable {
  readonly reason: string
  readonly text: string
}

export const rejected = (
  line: number,
  reason: string,
  text: string,
): Extract<SourceItem, { readonly kind: 'rejected' }> => ({ kind: 'rejected', line, reason, excerpt: excerptOf(text) })

/**
 * Every line of the file as it was when the run began, without its end (`\n`, `\r\n`, or `\r` in a file without others), empty ones included, and a
 * checkpoint after about each 256 KiB. A line that is not UTF-8 or too long is rejected; a file in UTF-16 is read as UTF-8,
 * in which its places are counted.
 * @throws as `node:fs` does
 */
export const linesOf = (file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceLine> =>
  linesIn(chunksOf(file, from, signal), from)

/**
 * Splits the chunks of a text, which begin at `from`, into lines. A chunk may be overwritten when the next one is
 * requested.
 */
export async function* linesIn(chunks: AsyncIterable<Buffer>, from: SourceStart): AsyncGenerator<SourceLine> {
  const splitter = new LineSplitter(from)
  for await (const chunk of chunks) yield* splitter.take(chunk)
  yield* splitter.end()
}

/** A file in pieces, as UTF-8. @throws as `node:fs` does */
export async function* chunksOf(file: SourceFile, from: SourceStart, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (from.position > 0 && !(await isTranscodedFile(file))) yield* bytesOf(file, from.position, signal)
  else yield* behind(utf8Chunks(bytesOf(file, 0, signal)), from.position)
}

const isTranscodedFile = async ({ path }: SourceFile): Promise<boolean> => {
  const file = await open(path, 'r')
  try {
    const beginning = Buffer.alloc(BEGINNING_BYTES)
    const { bytesRead } = await file.read(beginning, 0, beginning.length, 0)
    return isTranscoded(beginning.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

async function* bytesOf({ path, size_bytes }: SourceFile, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    for (let position = from; position < size_bytes;) {
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

/** Splits bytes into lines. */
class LineSplitter {
  #rest: Buffer[] = []
  #restBytes = 0
  #skipping = false
  /** The position in bytes of the line that is being assembled. */
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
    // Copied, because the chunk is reused for the next read.
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
      return rejected(line, NOT_UTF8, whole.toString('latin1', 0, 4 * MOST_EXCERPT_CHARACTERS))
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
