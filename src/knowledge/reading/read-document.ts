/** Reads one file into passages without secrets. Runs in a thread of its own, because files may be large or hostile. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { DenidinError } from '../../platform/errors.ts'
import { cleanText } from '../../text/cut.ts'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { redactSecrets } from '../../text/secrets.ts'
import type { DocumentContent } from '../document-reader.ts'
import { markdownPassages, textPassages } from './cut-passages.ts'
import { FILE_KINDS, type FileKind } from './file-kinds.ts'
import { readDocx } from './read-docx.ts'
import { readPdf } from './read-pdf.ts'
import { readText } from './read-text.ts'

/** Most passages of one file; a book has about 1,500. */
const MOST_PASSAGES = 5000
/** Most characters of text in one file. */
const MOST_CHARACTERS = 20_000_000

/** @throws DenidinError as `DocumentReader.read` does */
export const readDocument = async (path: string, most_bytes: number): Promise<DocumentContent> => {
  const kind = FILE_KINDS.of(path)
  if (kind === undefined) throw new DenidinError('invalid_input', 'has a format that is not read')
  const { text, secrets } = redactSecrets(plainText(await TEXTS[kind](await contentOf(path, most_bytes))))
  if (text.length > MOST_CHARACTERS) {
    throw new DenidinError('invalid_input', `has more than ${String(MOST_CHARACTERS)} characters`)
  }
  const cut = kind === 'markdown' || kind === 'docx' ? markdownPassages : textPassages
  const passages = cut(path, text)
  if (passages.length === 0) {
    throw new DenidinError(
      'invalid_input',
      kind === 'pdf' ? 'has no text; pictures of pages are not read' : 'has no text',
    )
  }
  if (passages.length > MOST_PASSAGES) {
    throw new DenidinError(
      'invalid_input',
      `has ${String(passages.length)} passages, more than ${String(MOST_PASSAGES)}`,
    )
  }
  return { passages, redacted: secrets }
}

/** The text as it looks: hidden characters could hide a secret, or instructions for a model. */
const plainText = (text: string): string =>
  withoutFormatCharacters(cleanText(text)).replace(/\r\n|[\u0085\u2028\u2029]/g, '\n')

const TEXTS: Readonly<Record<FileKind, (content: Buffer) => Promise<string> | string>> = {
  markdown: readText,
  text: readText,
  pdf: readPdf,
  docx: readDocx,
}

/** A link that replaced the file since it was found is not followed, and nothing is waited for. */
const contentOf = async (path: string, most_bytes: number): Promise<Buffer> => {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await file.stat()
    if (!found.isFile()) throw new DenidinError('invalid_input', 'is no longer a file')
    const { size } = found
    if (size > most_bytes) {
      throw new DenidinError('invalid_input', `has ${String(size)} bytes, more than ${String(most_bytes)}`)
    }
    const content = Buffer.alloc(size)
    const { bytesRead } = await file.read(content, 0, size, 0)
    return content.subarray(0, bytesRead)
  } catch (error) {
    if (error instanceof DenidinError) throw error
    throw new DenidinError('unavailable', `cannot be read (${(error as Error).message})`, { cause: error })
  }
}
