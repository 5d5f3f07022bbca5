/** What every store of the archive keeps: messages once, all places, runs with their counts, all or nothing. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { SourceMessage } from '../../src/archive/archive-message.ts'
import type { ArchiveBatch, FoundMessage } from '../../src/archive/archive-store.ts'
import { archiveMigrations } from '../../src/archive/sqlite/archive-migrations.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { FakeClock } from '../support/fake-clock.ts'

let database: Database
let store: SqliteArchiveStore
beforeEach(() => {
  database = new Database(':memory:', archiveMigrations)
  store = new SqliteArchiveStore(database, new FakeClock())
})
afterEach(() => {
  database[Symbol.dispose]()
})

const START = {
  source_type: 'history',
  phase: 1,
  source_file: '/h/history.jsonl',
  file_size_bytes: 10,
  source_checksum: 'abc',
  started_by: 'operator',
} as const

const message = (content: string, more: Partial<SourceMessage> = {}): SourceMessage => ({
  content,
  role: 'user',
  at: 1_760_000_000_000,
  session: 's1',
  source_type: 'history',
  ...more,
})
const batch = (found: readonly FoundMessage[], more: Partial<ArchiveBatch> = {}): ArchiveBatch => ({
  found,
  rejected: [],
  reached: { position: 5, lines: found.length, ahead: 0 },
  ...more,
})
const rows = (sql: string): readonly object[] => database.all(sql).map(row => ({ ...row }))

test('a message is kept once, with every place where it was seen', async () => {
  const run = await store.begin(START)
  expect(
    await store.write(
      run.run_id,
      batch([
        { message: message('hello'), line: 1 },
        { message: message(' hello '), line: 2 },
      ]),
    ),
  ).toEqual({ new_unique_messages: 1, duplicate_messages: 1 })
  const other = await store.begin({ ...START, source_file: '/copy.jsonl' })
  await store.write(
    other.run_id,
    batch([{ message: message('hello'), line: 7, origins: [{ source_file: 'history.jsonl', source_line: 3 }] }]),
  )
  expect(await store.counts()).toEqual({ messages: 1, projects: 0, sessions: 1, places: 4, runs: 2 })
  expect(
    rows(
      'select path, source_line, run_id from places join source_files using (source_file_id) order by path, source_line',
    ),
  ).toEqual([
    { path: '/copy.jsonl', source_line: 7, run_id: 2 },
    { path: '/h/history.jsonl', source_line: 1, run_id: 1 },
    { path: '/h/history.jsonl', source_line: 2, run_id: 1 },
    { path: 'history.jsonl', source_line: 3, run_id: 2 },
  ])
})

test('the same words at another time, in another session, by another role or sender, or said again are other messages', async () => {
  const run = await store.begin(START)
  const same = message('yes')
  const found = [
    same,
    { ...same, at: 1 },
    { ...same, at: undefined },
    { ...same, session: 's2' },
    { ...same, role: 'assistant' as const },
    { ...same, sender_name: 'Dana' },
    { ...same, occurrence: 2 },
  ].map((each, index) => ({ message: each, line: index + 1 }))
  expect(await store.write(run.run_id, batch(found))).toEqual({ new_unique_messages: 7, duplicate_messages: 0 })
})

test('messages get the project of their session, also those that were loaded before it was known', async () => {
  const run = await store.begin(START)
  await store.write(run.run_id, batch([{ message: message('debug line'), line: 1 }]))
  database.run('delete from changed_messages')
  await store.write(run.run_id, batch([{ message: message('typed', { project: '/code/shop' }), line: 2 }]))
  await store.write(run.run_id, batch([{ message: message('another debug line'), line: 3 }]))
  expect(rows('select content, name from archive_messages left join projects using (project_id) order by seq')).toEqual(
    [
      { content: 'debug line', name: 'shop' },
      { content: 'typed', name: 'shop' },
      { content: 'another debug line', name: 'shop' },
    ],
  )
  expect(rows('select seq from changed_messages')).toEqual([{ seq: 1 }])
})

test('a second source adds what the first did not tell, and replaces nothing', async () => {
  const run = await store.begin(START)
  const poor = message('x')
  const rich = message('x', { level: 'WARN', component: 'LSP', project: '/p', metadata: { a: 1 }, phase: 2 })
  await store.write(
    run.run_id,
    batch([
      { message: poor, line: 1 },
      { message: rich, line: 2 },
    ]),
  )
  await store.write(run.run_id, batch([{ message: { ...rich, level: 'ERROR', component: 'Hooks' }, line: 3 }]))
  expect(
    rows('select level, phase, name, metadata from archive_messages join components using (component_id)'),
  ).toEqual([{ level: 'WARN', phase: 2, name: 'LSP', metadata: '{"a":1}' }])
})

test('a run that was interrupted goes on with its counts; one that was completed begins anew', async () => {
  const run = await store.begin(START)
  await store.write(
    run.run_id,
    batch([{ message: message('a'), line: 1 }], { rejected: [{ line: 2, reason: 'bad', excerpt: '{' }] }),
  )
  // Another process opens the archive after a crash.
  const next = new SqliteArchiveStore(database, new FakeClock())
  expect((await next.runs({ limit: 1 })).map(each => each.status)).toEqual(['interrupted'])
  const resumed = await next.begin(START)
  expect(resumed).toMatchObject({ run_id: run.run_id, position: 5, messages_extracted: 1, errors_count: 1 })
  const ended = await next.end(run.run_id, { status: 'completed', destination_checksum: 'abc' })
  expect(ended).toMatchObject({ status: 'completed', destination_checksum: 'abc' })
  expect(ended.completed_at).toBeGreaterThan(0)
  expect((await next.begin(START)).run_id).toBe(run.run_id + 1)
  expect(await next.completedRun(START)).toMatchObject({ run_id: run.run_id })
  expect(await next.rejectedLines(run.run_id, { after: 0, limit: 10 })).toEqual([
    { line: 2, reason: 'bad', excerpt: '{' },
  ])
})

test('a batch that cannot be written leaves nothing, and the next one finds its numbers', async () => {
  const run = await store.begin(START)
  const bad = { message: message('b', { level: 'LOUD' as 'INFO', project: '/new' }), line: 2 }
  await expect(store.write(run.run_id, batch([{ message: message('a'), line: 1 }, bad]))).rejects.toThrow()
  expect(await store.counts()).toMatchObject({ messages: 0, projects: 0, sessions: 0, places: 0 })
  await store.write(run.run_id, batch([{ message: message('a', { project: '/new' }), line: 1 }]))
  expect(await store.counts()).toMatchObject({ messages: 1, projects: 1, sessions: 1, places: 1 })
  expect((await store.run(run.run_id))?.messages_extracted).toBe(1)
})

test('a rehearsal counts like a load, and leaves nothing', async () => {
  const run = await store.begin(START)
  await store.write(run.run_id, batch([{ message: message('a'), line: 1 }]))
  using rehearsal = store.rehearse()
  const found = ['a', 'b', 'b'].map((content, index) => ({ message: message(content), line: index }))
  expect(await rehearsal.count(found)).toEqual({ new_unique_messages: 1, duplicate_messages: 2 })
  expect(await rehearsal.count(found)).toEqual({ new_unique_messages: 0, duplicate_messages: 3 })
  expect(await store.counts()).toMatchObject({ messages: 1 })
})

test('tags and file references are kept once each', async () => {
  const run = await store.begin(START)
  const told = message('Read: a.ts', {
    tags: [{ category: 'command', value: 'git', confidence: 1 }],
    files: [{ path: 'a.ts', operation: 'read' }],
  })
  await store.write(
    run.run_id,
    batch([
      { message: told, line: 1 },
      { message: told, line: 2 },
    ]),
  )
  expect(rows('select * from tags')).toEqual([{ seq: 1, category: 'command', value: 'git', confidence: 1 }])
  expect(rows('select * from file_references')).toEqual([{ seq: 1, path: 'a.ts', operation: 'read' }])
})
