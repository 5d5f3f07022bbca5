/** Reads text files that the operator edits, and explains why one cannot be read. */
import { readFileSync, statSync } from 'node:fs'
import { systemClock } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import { deviceAt } from '../platform/obstacles.ts'
import type { ChangingFile } from '../platform/operator-file.ts'

/** The first bytes of a UTF-16 file, as some Windows editors write it. */
const UTF_16_MARKS = ['fffe', 'feff']
const BYTE_ORDER_MARK = '\uFEFF'
const NUL = 0

/**
 * The text of a UTF-8 file, without a byte order mark; `undefined` if there is no such file.
 * @throws DenidinError `invalid_config` if it cannot be read.
 */
export const readTextFile = (path: string): string | undefined => {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new DenidinError('invalid_config', explain(path, code, message), { cause: error })
  }
  // UTF-8 text contains no NUL; in UTF-16 every Latin letter has one.
  if (UTF_16_MARKS.includes(bytes.toString('hex', 0, 2)) || isWide(bytes)) {
    throw new DenidinError('invalid_config', `${path} is encoded in UTF-16; save it as UTF-8`)
  }
  if (bytes.includes(NUL)) {
    throw new DenidinError(
      'invalid_config',
      `${path} contains NUL characters, as a power failure can leave them: write it anew, or restore it from a copy`,
    )
  }
  const text = bytes.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text
}

/** Whether every second byte is NUL, at even or at odd positions, but not both. */
const isWide = (bytes: Buffer): boolean => {
  const nuls = [0, 0]
  for (const [at, byte] of bytes.entries()) if (byte === NUL) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1
  const [fewer = 0, more = 0] = nuls.toSorted((a, b) => a - b)
  return more > bytes.length / 4 && fewer < more / 2
}

/** A text file that the operator may change while DeniDin runs. */
export const changingTextFile = (path: string): ChangingFile => ({
  path,
  version: () => versionOf(path),
  text: () => {
    // At the start, a pipe may deliver a text once. Later, nothing may wait for its other end.
    const device = deviceAt(path)
    if (device !== undefined) throw new DenidinError('invalid_config', `${path} is ${device}; a file is expected there`)
    return readTextFile(path)
  },
})

/** Two writes within this time may leave the same times and the same size. */
const SETTLED_MS = 2000

/** Returns `undefined` for a file that was just written, because another write might not be detectable. */
const versionOf = (path: string): string | undefined => {
  let found
  try {
    found = statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
  if (found === undefined) return 'absent'
  const { ino, size, mtimeMs, ctimeMs } = found
  const written_ago_ms = systemClock.now() - Math.max(mtimeMs, ctimeMs)
  return written_ago_ms < SETTLED_MS ? undefined : [ino, size, mtimeMs, ctimeMs].join(' ')
}

const explain = (path: string, code: string | undefined, message: string): string => {
  if (code === 'EISDIR') return `${path} is a folder; a file is expected there`
  if (code === 'ELOOP') return `${path} is a link that leads in a circle`
  if (code === 'EACCES') return `${path} cannot be read: permission denied; check its owner and permissions`
  return `${path} cannot be read: ${message}`
}
