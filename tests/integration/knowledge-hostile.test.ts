// Files that are made to harm: they are refused within limits of time and memory, and the thread reads on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { DocumentRequests } from '../../src/knowledge/reading/document-requests.ts'
import { threadDocumentReader } from '../../src/knowledge/thread-document-reader.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { RequestThread, type ThreadLimits } from '../../src/platform/threads/request-thread.ts'
import { documentDocx, documentPdf, docxOf, pdfOf, zipOf } from '../support/documents.ts'

const MOST_BYTES = 100_000_000
const MEGABYTE = 1024 * 1024
const LIMITS: ThreadLimits = { request_ms: 4000, heap_megabytes: 128, growth_megabytes: 512 }

let folder: string
let thread: RequestThread<DocumentRequests>

const threadWith = (limits: ThreadLimits): RequestThread<DocumentRequests> =>
  new RequestThread({
    name: 'knowledge',
    file: new URL('../../src/app/knowledge/document-thread-main.ts', import.meta.url),
    data: undefined,
    idle_ms: 60_000,
    limits,
    clock: systemClock,
    logger: silentLogger,
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denidin-hostile-'))
  thread = threadWith(LIMITS)
})

afterEach(async () => {
  await thread[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const read = async (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  await writeFile(path, content)
  return await threadDocumentReader(thread).read(path, MOST_BYTES, new AbortController().signal)
}

test('good files are read in the thread', async () => {
  expect(await read('a.pdf', documentPdf(['Open (daily) until five.']))).toEqual({
    passages: ['a\nOpen (daily) until five.'],
    redacted: 0,
  })
  expect(
    await read(
      'b.docx',
      documentDocx([
        ['h1', 'Hours'],
        ['p', 'Open until five.'],
      ]),
    ),
  ).toEqual({
    passages: ['Hours\nOpen until five.'],
    redacted: 0,
  })
})

test('a DOCX that unpacks to gigabytes is refused, whatever sizes it declares', async () => {
  const big = 'a'.repeat(80 * MEGABYTE)
  await expect(read('bomb.docx', docxOf(`<w:p><w:r><w:t>${big}</w:t></w:r></w:p>`))).rejects.toThrow(
    'unpacks to far more than a document has',
  )
  await expect(read('liar.docx', zipOf({ 'word/document.xml': big }, 100))).rejects.toThrow('damaged')
  await expect(read('fine.txt', 'still reads')).resolves.toMatchObject({ passages: ['fine\nstill reads'] })
})

test('a PDF whose page unpacks to far more memory than a document needs is refused', async () => {
  const bomb = deflateSync(Buffer.alloc(900 * MEGABYTE, ' '))
  const pdf = pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << >> >>',
    Buffer.concat([
      Buffer.from(`<< /Length ${String(bomb.length)} /Filter /FlateDecode >>\nstream\n`),
      bomb,
      Buffer.from('\nendstream'),
    ]),
  ])
  await expect(read('bomb.pdf', pdf)).rejects.toThrow(/needs more than \d+ MB of memory|took longer than|no text/)
  await expect(read('fine.txt', 'still reads')).resolves.toMatchObject({ passages: ['fine\nstill reads'] })
  expect((await thread.health()).state).toBe('ok')
})

test('a file that takes too long ends its thread, and the next one is read by another', async () => {
  await thread[Symbol.asyncDispose]()
  thread = threadWith({ ...LIMITS, request_ms: 400 })
  await expect(read('long.txt', 'A sentence is here. '.repeat(900_000))).rejects.toThrow('took longer than 0.4 s')
  await thread[Symbol.asyncDispose]()
  thread = threadWith(LIMITS)
  await expect(read('fine.txt', 'still reads')).resolves.toMatchObject({ passages: ['fine\nstill reads'] })
})

test.each([
  ['broken.pdf', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer << /Root 1 0 R >>'],
  ['html.docx', '<html>'],
  ['plain.docx', zipOf({ 'readme.txt': 'no document' })],
  ['utf.md', Buffer.from([0xff, 0xff, 0x61])],
])('%s is refused with a reason', async (name, content) => {
  await expect(read(name, content)).rejects.toThrow(/cannot be read|no text|not UTF-8|damaged/)
})
