/** SHA-256 checksums, in hexadecimal. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

const CHUNK_BYTES = 1024 * 1024

/** The SHA-256 of a content, in hexadecimal. */
export const sha256Of = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

/**
 * The SHA-256 of the first `bytes` bytes of a file, in hexadecimal; `undefined` if the file has fewer.
 * @throws as `node:fs` does; the reason of the signal
 */
export const sha256OfFile = async (path: string, bytes: number, signal: AbortSignal): Promise<string | undefined> => {
  const hash = createHash('sha256')
  if (bytes === 0) return hash.digest('hex')
  let read = 0
  const stream = createReadStream(path, { end: bytes - 1, highWaterMark: CHUNK_BYTES, signal })
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    read += chunk.length
  }
  return read === bytes ? hash.digest('hex') : undefined
}
