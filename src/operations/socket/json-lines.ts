/** Reads and writes one JSON object per line on a socket. */
import type { Socket } from 'node:net'

const NEWLINE = 0x0a

/**
 * Splits incoming data into lines. If a line is longer than `maxBytes`, calls `tooLong` once and reads nothing more.
 */
export const readLines = (
  socket: Socket,
  maxBytes: number,
  on: { line(line: string): void; tooLong(): void },
): void => {
  let parts: Buffer[] = []
  let bytes = 0
  let over = false
  socket.on('data', (chunk: Buffer) => {
    let from = 0
    while (!over) {
      const end = chunk.indexOf(NEWLINE, from)
      const part = chunk.subarray(from, end === -1 ? undefined : end)
      bytes += part.length
      if (bytes > maxBytes) {
        over = true
        parts = []
        on.tooLong()
        return
      }
      parts.push(part)
      if (end === -1) return
      const line = Buffer.concat(parts).toString('utf8')
      parts = []
      bytes = 0
      from = end + 1
      if (line.trim() !== '') on.line(line)
    }
  })
}

/** Writes a value as one line; does nothing if the other end has disconnected. */
export const writeLine = (socket: Socket, value: unknown): void => {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}

/** Parses a line as an object; `undefined` if it is not one. */
export const parseLine = (line: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
