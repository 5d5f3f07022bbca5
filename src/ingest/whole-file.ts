/** Reads a small source as one text, up to a limit. */
import { open } from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import type { SourceFile, SourceItem } from './source.ts'
import { decoded, isTranscoded } from './text-encoding.ts'

/** The text of a file, or a clause that says why it is not text. */
export interface WholeFile {
  readonly text: string
  /** Whether the file is longer than the text. */
  readonly is_cut: boolean
}

/** @throws as `node:fs` does */
export const readWhole = async ({ path, size_bytes }: SourceFile, most_bytes: number): Promise<WholeFile | string> => {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(size_bytes, most_bytes))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    const read = buffer.subarray(0, bytesRead)
    if (isTranscoded(read)) return { text: decoded(read), is_cut: size_bytes > most_bytes }
    const bytes = withoutHalfCharacter(read, size_bytes > most_bytes)
    if (bytes.includes(0)) return 'the file is not text'
    if (!isUtf8(bytes)) return 'the file is not UTF-8'
    return { text: bytes.toString('utf8').replace(/^\ufeff/, ''), is_cut: size_bytes > most_bytes }
  } finally {
    await file.close()
  }
}

/** The most bytes of one character. */
const MOST_CHARACTER_BYTES = 4

const withoutHalfCharacter = (bytes: Buffer, is_cut: boolean): Buffer => {
  if (!is_cut) return bytes
  for (let cut = 0; cut < MOST_CHARACTER_BYTES; cut++) {
    const shorter = bytes.subarray(0, bytes.length - cut)
    if (isUtf8(shorter)) return shorter
  }
  return bytes
}

/** The checkpoint at the end of a file that is read as a whole. */
export const endOf = ({ size_bytes }: SourceFile, lines: number): SourceItem => ({
  kind: 'checkpoint',
  position: size_bytes,
  lines,
})
