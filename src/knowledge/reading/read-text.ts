/** Reads the text of a plain file: UTF-8, or UTF-16 with its byte order mark. */
import { isUtf8 } from 'node:buffer'
import { DenidinError } from '../../platform/errors.ts'

/** Bytes at the beginning that tell whether a file is text. */
const EXAMINED_BYTES = 64 * 1024

/** @throws DenidinError `invalid_input` */
export const readText = (content: Buffer): string => {
  const [first, second] = content
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(content)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(content)
  if (content.subarray(0, EXAMINED_BYTES).includes(0)) {
    throw new DenidinError('invalid_input', 'is not text: it has NUL bytes')
  }
  if (!isUtf8(content)) {
    throw new DenidinError(
      'invalid_input',
      'is not UTF-8 text; convert it, for example with iconv -f WINDOWS-1255 -t UTF-8',
    )
  }
  return new TextDecoder('utf-8').decode(content)
}
