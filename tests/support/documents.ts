// Small PDF and DOCX files, as office programs write them.
import { deflateRawSync } from 'node:zlib'
import { crc32 } from 'node:zlib'

/** A PDF with one line of text each, in Latin letters. */
export const documentPdf = (lines: readonly string[]): Buffer => {
  const content = `BT /F1 12 Tf 72 720 Td 14 TL ${lines.map(line => `(${line.replace(/[()\\]/g, '\\$&')}) Tj T*`).join(' ')} ET`
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${String(content.length)} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ])
}

/** A PDF of these objects, the first of which is the catalog. */
export const pdfOf = (objects: readonly (string | Buffer)[]): Buffer => {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let length = parts[0]?.length ?? 0
  const add = (part: string | Buffer): void => {
    const bytes = Buffer.from(part as string)
    parts.push(bytes)
    length += bytes.length
  }
  for (const [at, object] of objects.entries()) {
    offsets.push(length)
    add(`${String(at + 1)} 0 obj\n`)
    add(object)
    add('\nendobj\n')
  }
  const xref = length
  const rows = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  add(`xref\n0 ${String(objects.length + 1)}\n0000000000 65535 f \n${rows}`)
  add(`trailer\n<< /Size ${String(objects.length + 1)} /Root 1 0 R >>\nstartxref\n${String(xref)}\n%%EOF\n`)
  return Buffer.concat(parts)
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** A DOCX with these paragraphs: a heading of the first level, or text. */
export const documentDocx = (paragraphs: readonly (readonly ['h1' | 'p', string])[]): Buffer => {
  const body = paragraphs
    .map(([kind, text]) => {
      const style = kind === 'h1' ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ''
      return `<w:p>${style}<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`
    })
    .join('')
  return docxOf(body)
}

/** A DOCX with this body. */
export const docxOf = (body: string): Buffer =>
  zipOf({
    '[Content_Types].xml':
      '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels':
      '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  })

const HEAD_BYTES = 30
const DIRECTORY_BYTES = 46
const END_BYTES = 22
const DEFLATED = 8

/** A zip archive of these files. @param lie the size that the archive declares for each, instead of the real one */
export const zipOf = (files: Readonly<Record<string, string>>, lie?: number): Buffer => {
  const heads: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const named = Buffer.from(name)
    const common = (bytes: Buffer, at: number): void => {
      bytes.writeUInt16LE(DEFLATED, at)
      bytes.writeUInt32LE(crc32(content), at + 6)
      bytes.writeUInt32LE(packed.length, at + 10)
      bytes.writeUInt32LE(lie ?? content.length, at + 14)
      bytes.writeUInt16LE(named.length, at + 18)
    }
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    common(head, 8)
    const entry = Buffer.alloc(DIRECTORY_BYTES)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 6)
    common(entry, 10)
    entry.writeUInt32LE(offset, 42)
    heads.push(head, named, packed)
    entries.push(entry, named)
    offset += HEAD_BYTES + named.length + packed.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...heads, directory, end])
}
