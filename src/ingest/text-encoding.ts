/**
 * Brings text to UTF-8 with the usual line ends: files in UTF-16 with a byte order mark and files of old Macs are read,
 * and other encodings are recognised as such.
 */
import { isUtf8 } from 'node:buffer'

/** Encodings beside UTF-8 that are read. */
type Utf16 = 'utf-16le' | 'utf-16be'

/** By the byte order mark at the beginning of a file. */
const utf16Of = (beginning: Buffer): Utf16 | undefined => {
  const [first, second] = beginning
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

const decoderOf = (beginning: Buffer): ((chunk: Buffer) => Buffer) => {
  const utf16 = utf16Of(beginning)
  if (utf16 === undefined) return chunk => chunk
  const decoder = new TextDecoder(utf16)
  return chunk => Buffer.from(decoder.decode(chunk, { stream: true }))
}

const CARRIAGE_RETURN = 0x0d
const NEWLINE = 0x0a
/** Bytes from which the line ends of a text are known. */
export const BEGINNING_BYTES = 64 * 1024

/**
 * Whether the lines of a text end with a carriage return alone, as on old Macs. In a text with other line ends, one is
 * not the end of a line: logs write several states of a progress bar so.
 */
const hasOldLineEnds = (text: Buffer): boolean => {
  const beginning = text.subarray(0, BEGINNING_BYTES)
  // Behind the last one, a newline may follow.
  const first = beginning.indexOf(CARRIAGE_RETURN)
  return first !== -1 && first < beginning.length - 1 && !beginning.includes(NEWLINE)
}

const withNewlines = (text: Buffer): Buffer => text.map(byte => (byte === CARRIAGE_RETURN ? NEWLINE : byte)) as Buffer

/**
 * Pieces of a text as UTF-8, with newlines as line ends. A piece may be overwritten when the next is asked for.
 * @throws as `chunks` does
 */
export async function* utf8Chunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decode: ((chunk: Buffer) => Buffer) | undefined
  let isOld: boolean | undefined
  for await (const chunk of chunks) {
    decode ??= decoderOf(chunk)
    const text = decode(chunk)
    isOld ??= hasOldLineEnds(text)
    yield isOld ? withNewlines(text) : text
  }
}

/** Whether a text can be read from its beginning alone; places in it are counted in UTF-8, not in the bytes of the file. */
export const isTranscoded = (beginning: Buffer): boolean =>
  utf16Of(beginning) !== undefined || hasOldLineEnds(beginning)

/** The beginning of a file as text, whatever its encoding and its line ends. */
export const decoded = (beginning: Buffer): string => {
  const text = new TextDecoder(utf16Of(beginning) ?? 'utf-8').decode(beginning)
  return hasOldLineEnds(Buffer.from(text)) ? text.replaceAll('\r', '\n') : text
}

/** What comes after the first `skipped` bytes of pieces that can only be read from their beginning. */
export async function* behind(chunks: AsyncIterable<Buffer>, skipped: number): AsyncGenerator<Buffer> {
  let before = 0
  for await (const chunk of chunks) {
    const from = Math.max(0, skipped - before)
    before += chunk.length
    if (from < chunk.length) yield chunk.subarray(from)
  }
}

/** Bytes of one character of UTF-8, at most. */
const MOST_CHARACTER_BYTES = 4

/** What to do about a text in another encoding. */
export const CONVERT =
  'its text is not UTF-8 but in another encoding: convert it, for example with iconv -f WINDOWS-1255 -t UTF-8'

/** A clause that says why the beginning of a file cannot be read as text; `undefined` if it can. */
export const obstacleToText = (beginning: Buffer): string | undefined => {
  if (beginning.length === 0) return 'is empty'
  if (utf16Of(beginning) !== undefined) return undefined
  if (beginning.includes(0)) return 'is not text: it has NUL bytes (a text in UTF-16 needs its byte order mark)'
  // The last character may be cut in two.
  const isText = Array.from({ length: MOST_CHARACTER_BYTES }, (_, cut) => cut).some(cut =>
    isUtf8(beginning.subarray(0, Math.max(0, beginning.length - cut))),
  )
  return isText ? undefined : `cannot be read: ${CONVERT}`
}
