/** The SHA-256 of a source, before and after it is read. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

const CHUNK_BYTES = 1024 * 1024

/**
 * SHA-256 of the first `bytes` bytes, in hexadecimal; `undefined` if the file has fewer.
 * @throws as `node:fs` does
 */
export const checksumOf = async (path: string, bytes: number, signal: AbortSignal): Promise<string | undefined> => {
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
