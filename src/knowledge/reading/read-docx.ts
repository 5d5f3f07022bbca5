/** Reads the text of a DOCX file as Markdown with its headings, lists and tables; refuses what unpacks to too much. */
import { fromBufferPromise } from 'yauzl'
import { DenidinError } from '../../platform/errors.ts'

/** Most bytes of all text parts of a document together, unpacked. */
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024
/** Most entries of the archive: a document has one for each picture. */
const MOST_ENTRIES = 10_000

/** @throws DenidinError `invalid_input` */
export const readDocx = async (content: Buffer): Promise<string> => {
  await checkSize(content)
  const { default: mammoth } = await import('mammoth')
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: content },
      // Pictures are not unpacked.
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    )
    return toMarkdown(value)
  } catch (error) {
    throw new DenidinError('invalid_input', 'cannot be read as a DOCX file; it is damaged', { cause: error })
  }
}

/**
 * Unpacks every text part once without keeping it: sizes that the archive declares may be lies.
 * @throws DenidinError `invalid_input`
 */
const checkSize = async (content: Buffer): Promise<void> => {
  let entries = 0
  let unpacked = 0
  try {
    const zip = await fromBufferPromise(content, {
      lazyEntries: true,
      validateEntrySizes: true,
      strictFileNames: false,
    })
    for await (const entry of zip.eachEntry()) {
      if (++entries > MOST_ENTRIES) throw tooLarge()
      if (entry.isEncrypted()) throw new DenidinError('invalid_input', 'is protected by a password')
      if (!/\.(?:xml|rels)$/i.test(entry.fileName)) continue
      if (unpacked + entry.uncompressedSize > MOST_UNPACKED_BYTES) throw tooLarge()
      for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        unpacked += chunk.length
        if (unpacked > MOST_UNPACKED_BYTES) throw tooLarge()
      }
    }
  } catch (error) {
    if (error instanceof DenidinError) throw error
    throw new DenidinError('invalid_input', 'cannot be read as a DOCX file; it is damaged, or has another format', {
      cause: error,
    })
  }
}

const tooLarge = (): DenidinError => new DenidinError('invalid_input', 'unpacks to far more than a document has')

/** Mammoth writes simple HTML without attributes that matter here, and escapes what people wrote. */
const TAG = /<(\/?)([a-z][a-z0-9]*)[^>]*>/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }
const BEFORE: Readonly<Record<string, string>> = { li: '\n- ', br: '\n', p: '\n\n', tr: '\n', ul: '\n', ol: '\n' }
const AFTER: Readonly<Record<string, string>> = {
  p: '\n',
  tr: '\n',
  td: ' | ',
  th: ' | ',
  table: '\n\n',
  ul: '\n',
  ol: '\n',
}
const HEADING = /^h([1-6])$/

const toMarkdown = (html: string): string => {
  const parts: string[] = []
  let at = 0
  let cells = 0
  for (const { 0: tag, 1: closing, 2: name = '', index } of html.matchAll(TAG)) {
    parts.push(decoded(html.slice(at, index)))
    at = index + tag.length
    const level = HEADING.exec(name)?.[1]
    if (name === 'td' || name === 'th') cells += closing === '/' ? -1 : 1
    if (level !== undefined) parts.push(closing === '/' ? '\n\n' : `\n\n${'#'.repeat(Number(level))} `)
    // Paragraphs of a cell stay on the line of its row.
    else if (cells > 0 && name === 'p') parts.push(' ')
    else parts.push((closing === '/' ? AFTER : BEFORE)[name] ?? '')
  }
  return [...parts, decoded(html.slice(at))].join('').replace(/[ \t]+/g, ' ')
}

const decoded = (text: string): string =>
  text.replace(/&(#39|[a-z]+);/g, (entity, name: string) => ENTITIES[name] ?? entity)
