/** Reads text files that the operator edits, and explains why one cannot be read. */
import { readFileSync } from 'node:fs'
import { DenidinError } from '../platform/errors.ts'

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
  // Text in UTF-8 holds no NUL; in UTF-16 every Latin letter brings one.
  if (UTF_16_MARKS.includes(bytes.toString('hex', 0, 2)) || bytes.includes(NUL)) {
    throw new DenidinError('invalid_config', `${path} is encoded in UTF-16; save it as UTF-8`)
  }
  const text = bytes.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text
}

const explain = (path: string, code: string | undefined, message: string): string => {
  if (code === 'EISDIR') return `${path} is a folder; a file is expected there`
  if (code === 'ELOOP') return `${path} is a link that leads in a circle`
  if (code === 'EACCES') return `${path} cannot be read: permission denied; check its owner and permissions`
  return `${path} cannot be read: ${message}`
}
