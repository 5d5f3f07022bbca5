/** Extractions as JSON Lines, and the four files of a deduplication. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { archiveHash } from '../../src/archive/archive-identity.ts'
import { linesOfJson, readSource, writeSource } from '../support/archive/read-source.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const SESSION = '0340f328-33c2-42fb-b9fa-ae58a9d8a799'
const AT = Date.parse('2025-11-22T10:00:00.000Z')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

test('an extraction: the fields of all phases, and the place that each line names', async () => {
  const { type, messages, items, rejected } = await readSource(
    folder.path,
    'extracted-messages.jsonl',
    linesOfJson(
      {
        content: 'fix it',
        source: 'history.jsonl:line-12',
        timestamp: AT,
        session_id: SESSION,
        project: '/code/shop',
        source_type: 'history',
        hash: sha256('fix it'),
      },
      {
        content: '2025-11-22T10:00:00.000Z [ERROR] LSP server crashed',
        source: `debug/${SESSION}.txt:line-3`,
        timestamp: AT + 999_999,
        source_type: 'debug_log',
      },
      { content: 'bare debug words', source: 'debug/x.txt:line-4', timestamp: AT },
      { content: 'const a', source: 'file-history/s/aa@v1', source_type: 'file-history', metadata: { version: 1 } },
      { content: 'damaged', source: 'todos/a.json:1', hash: 'abc', role: 'assistant' },
      { content: '  ' },
      { source: 'history.jsonl:line-9' },
    ),
  )
  expect(type).toBe('extraction')
  expect(messages).toMatchObject([
    {
      content: 'fix it',
      role: 'user',
      at: AT,
      project: '/code/shop',
      session: SESSION,
      source_type: 'history',
      phase: 1,
    },
    // The time of the log, not that of the extraction; session from the name of the log.
    {
      content: 'LSP server crashed',
      role: 'system',
      at: AT,
      level: 'ERROR',
      component: 'LSP',
      session: SESSION,
      phase: 2,
    },
    { content: 'bare debug words', at: undefined, phase: 2, metadata: { extracted_at: AT } },
    { content: 'const a', role: 'tool', source_type: 'file_history', phase: 3, metadata: { version: 1 } },
    { content: 'damaged', role: 'assistant', source_type: 'todos', metadata: { hash_of_extraction: 'abc' } },
  ])
  expect(messages[0]?.metadata).toBeUndefined()
  expect(items.flatMap(item => (item.kind === 'message' ? [item.origins] : []))).toEqual([
    [{ source_file: 'history.jsonl', source_line: 12 }],
    [{ source_file: `debug/${SESSION}.txt`, source_line: 3 }],
    [{ source_file: 'debug/x.txt', source_line: 4 }],
    [{ source_file: 'file-history/s/aa@v1', source_line: 1 }],
    [{ source_file: 'todos/a.json', source_line: 1 }],
  ])
  expect(rejected).toEqual([
    [6, 'the line has no text in "content"'],
    [7, 'the line has no text in "content"'],
  ])
})

test('a message of an extraction is the one of the file that it was taken from', async () => {
  const typed = { display: 'fix  it', timestamp: AT, project: '/w', sessionId: SESSION }
  const extracted = { content: 'fix it ', source: 'history.jsonl:line-1', timestamp: AT, session_id: SESSION }
  const [own] = (await readSource(folder.path, 'history.jsonl', linesOfJson(typed))).messages
  const [copy] = (await readSource(folder.path, 'x.jsonl', linesOfJson(extracted))).messages
  expect(own && copy && Buffer.compare(archiveHash(own), archiveHash(copy))).toBe(0)
})

test('a named phase settles what an extraction does not tell', async () => {
  const line = linesOfJson({ content: '2025-11-22T10:00:00.000Z [WARN] slow', session_id: SESSION, timestamp: 1 })
  const { messages } = await readSource(folder.path, 'x.jsonl', line, { phase: 2 })
  expect(messages).toMatchObject([{ content: 'slow', at: AT, level: 'WARN', phase: 2, source_type: 'debug' }])
  const forced = await readSource(folder.path, 'y.jsonl', linesOfJson({ content: 'bare' }), { is_extraction: true })
  expect(forced.messages).toMatchObject([{ content: 'bare', role: 'user', source_type: 'extraction' }])
})

test('the state of a deduplication: the four files are joined', async () => {
  const message = { role: 'assistant', content: 'Done: שלום' }
  const spaced = sha256(
    JSON.stringify({ content: message.content, role: message.role }).replace('","', '", "').replaceAll('":"', '": "'),
  )
  const ascii = sha256('{"role": "user", "content": "\\u05e9\\u05dc\\u05d5\\u05dd"}')
  await writeSource(folder.path, 'global_hashes.json', JSON.stringify([spaced, ascii, 'lost1', 'lost2']))
  await writeSource(
    folder.path,
    'checkpoint_index.json',
    JSON.stringify({
      cp1: { created: '2025-11-20T00:00:00Z', message_hashes: [spaced, ascii] },
      cp2: { created: '2025-11-21T00:00:00Z', message_hashes: ['x', spaced] },
    }),
  )
  await writeSource(
    folder.path,
    'conversation_log.jsonl',
    linesOfJson({ hash: ascii, conversation_id: 'talk', message: { timestamp: new Date(AT).toISOString() } }, 'broken'),
  )
  const { type, messages, items, rejected } = await readSource(
    folder.path,
    'unique_messages.jsonl',
    linesOfJson(
      { hash: spaced, message, first_seen: '2025-11-22T09:00:00', checkpoint: 'cp1' },
      { hash: ascii, message: { role: 'user', content: 'שלום' }, first_seen: 'x', checkpoint: 'cp1' },
      { hash: 'wrong', message: { role: 'user', content: [{ type: 'text', text: 'a' }, 'b'] }, checkpoint: 'cp2' },
      { hash: 'none', message: { role: 'user' } },
    ),
  )
  expect(type).toBe('dedup_state')
  expect(messages).toMatchObject([
    {
      ...message,
      session: 'cp1',
      at: undefined,
      metadata: {
        checkpoint: 'cp1',
        checkpoint_created_at: '2025-11-20T00:00:00.000Z',
        first_seen: '2025-11-22T09:00:00',
      },
    },
    { content: 'שלום', session: 'talk', at: AT },
    { content: 'a\nb', session: 'cp2', metadata: { hash_of_deduplication: 'wrong' } },
  ])
  expect(messages[0]?.metadata).not.toHaveProperty('hash_of_deduplication')
  expect(messages[1]?.metadata).not.toHaveProperty('hash_of_deduplication')
  const origins = items.flatMap(item => (item.kind === 'message' ? [item.origins?.length] : []))
  expect(origins).toEqual([2, 2, 0])
  expect(rejected).toEqual([
    [4, 'the message has no text in "content"'],
    [0, 'global_hashes.json names 2 messages that are not in unique_messages.jsonl'],
  ])
})
