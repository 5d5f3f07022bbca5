/** Reads the lines of a file of any size in bounded memory. */
import { open, stat, type FileHandle } from 'node:fs/promises'

const CHUNK_BYTES = 1024 * 1024
/** How much of an unfinished line is kept: no line of ours is longer. */
const MOST_LINE_BYTES = 256 * 1024
const NEWLINE = '\n'

/**
 * Opens a file. Pipes are rejected, because opening one would wait for its other end. @throws as `node:fs` does, and if
 * the path is not a file
 */
export const openToRead = async (path: string): Promise<FileHandle> => {
  if (!(await stat(path)).isFile()) throw new Error('no file')
  return await open(path, 'r')
}

/** Lines whose characters are bytes (`latin1`): fast to create, and written back they give the same bytes. */
export type ByteLines = readonly string[]

/** The text of a line of bytes. */
export const textOfBytes = (line: string): string => Buffer.from(line, 'latin1').toString('utf8')

/** A text in the form in which it occurs in lines of bytes. */
export const bytesOfText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/**
 * The lines of a file, without their ends, in batches of about a megabyte. An unterminated last line counts as a line.
 * @throws as `node:fs` does
 */
export async function* lineBatches(path: string): AsyncGenerator<ByteLines> {
  const file = await openToRead(path)
  try {
    yield* linesOf(file)
  } finally {
    await file.close()
  }
}

async function* linesOf(file: FileHandle): AsyncGenerator<ByteLines> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let rest = ''
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES)
    if (bytesRead === 0) break
    const lines = chunk.toString('latin1', 0, bytesRead).split(NEWLINE)
    lines[0] = `${rest}${lines[0] ?? ''}`
    rest = (lines.pop() ?? '').slice(0, MOST_LINE_BYTES)
    yield lines
  }
  if (rest !== '') yield [rest]
}
