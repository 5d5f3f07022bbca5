/** Loading files through the whole app: operations over the thread, with memory off and on. */
import { readFile, writeFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { linesOfJson } from '../support/archive/read-source.ts'
import { TestDenidin } from '../support/denidin.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const SESSION = '0340f328-33c2-42fb-b9fa-ae58a9d8a799'
const AT = Date.parse('2025-11-22T10:00:00.000Z')

let denidin: TestDenidin
beforeEach(async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false } })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (name: string, input: object): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(name, input, { caller: operator })

const write = async (name: string, content: string): Promise<string> => {
  const path = join(denidin.folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

test('a folder is loaded, listed, exported and verified, while memory is off', async () => {
  const typed = { display: 'fix the tests', timestamp: AT, project: '/code/shop', sessionId: SESSION }
  await write('claude/history.jsonl', linesOfJson(typed, 'broken'))
  await write(`claude/debug/${SESSION}.txt`, '2025-11-22T10:00:00.000Z [ERROR] LSP server crashed\n')
  const folder = join(denidin.folder, 'claude')
  expect(await run('ingest.load', { file: folder })).toMatchObject({
    summary: 'Added 2 messages from 2 files; 0 were there already.',
    sources: [
      { source_type: 'history', files: 1, new_unique_messages: 1, errors_count: 1 },
      { source_type: 'debug', files: 1, new_unique_messages: 1, errors_count: 0 },
    ],
    rejected: [{ line: 2, reason: 'the line is not JSON', excerpt: 'broken' }],
  })
  expect(await run('ingest.load', { file: folder })).toMatchObject({
    summary: 'Added nothing: all 2 messages are in the archive already.',
  })
  const { runs } = await run('ingest.runs', {})
  expect(runs).toMatchObject([
    { run_id: 2, source_type: 'debug', phase: 2, status: 'completed', started_by: 'operator' },
    { run_id: 1, source_type: 'history', phase: 1, errors_count: 1 },
  ])
  expect(await run('ingest.rejected', { run_id: 1 })).toMatchObject({ lines: [{ line: 2, excerpt: 'broken' }] })
  await expect(run('ingest.rejected', { run_id: 9 })).rejects.toMatchObject({ message: 'there is no run 9' })
  const csv = join(denidin.folder, 'trail.csv')
  expect(await run('ingest.export', { file: csv, format: 'csv' })).toEqual({ file: csv, runs: 2 })
  const [header, ...lines] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n')
  expect([header?.startsWith('\ufeffrun_id,source_type,phase,file'), lines.length]).toEqual([true, 2])
  const trail = async (name: string, input: object = {}): Promise<string> => {
    const file = join(denidin.folder, name)
    await run('ingest.export', { file, ...input })
    return await readFile(file, 'utf8')
  }
  expect(await trail('out.CSV')).toBe(await readFile(csv, 'utf8'))
  expect(JSON.parse(await trail('out.json'))).toMatchObject([{ run_id: 2 }, { run_id: 1 }])
  expect(JSON.parse(await trail('trail'))).toHaveLength(2)
  await expect(trail('other.csv', { format: 'json' })).rejects.toMatchObject({ code: 'invalid_input' })
  expect(await run('archive.verify', { check_hashes: true })).toMatchObject({ in_order: true, hashes_checked: 2 })
  expect(await run('archive.reindex', {})).toMatchObject({ messages: 2, changed: 0, merged: 0 })
})

test('a mistyped path, a folder of nothing, and a phase that does not exist are answered in one sentence', async () => {
  await expect(run('ingest.load', { file: join(denidin.folder, 'none') })).rejects.toMatchObject({ code: 'not_found' })
  await write('empty/readme.md', 'hello')
  expect(await run('ingest.load', { file: join(denidin.folder, 'empty') })).toMatchObject({
    summary: 'Nothing here is of a format that is known.',
    skipped: 1,
  })
  await expect(run('ingest.load', { file: '/x', phase: 8 })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('no word of a loaded message is in the log', async () => {
  await write('history.jsonl', linesOfJson({ display: 'marzipan', timestamp: AT }, '{"display": "marzipan'))
  await run('ingest.load', { file: join(denidin.folder, 'history.jsonl') })
  expect(JSON.stringify(denidin.log.lines)).toContain('Loaded a file')
  expect(JSON.stringify(denidin.log.lines)).not.toContain('marzipan')
})
