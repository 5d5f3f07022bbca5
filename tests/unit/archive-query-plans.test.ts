// How SQLite runs the statements of the archive: what it reads from beginning to end is meant to, and listed here.
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { SqliteArchiveSearch } from '../../src/archive/index/sqlite/sqlite-archive-search.ts'
import { archiveMigrations } from '../../src/archive/sqlite/archive-migrations.ts'
import { SqliteArchiveMaintenance } from '../../src/archive/sqlite/sqlite-archive-maintenance.ts'
import { SqliteArchiveStore } from '../../src/archive/sqlite/sqlite-archive-store.ts'
import { SqliteConversationCopy } from '../../src/archive/sqlite/sqlite-conversation-copy.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { SqliteArchiveReports } from '../../src/reports/sqlite/sqlite-archive-reports.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { RecordingDatabase } from '../support/recording-database.ts'
import { reportCall } from '../support/reports/small-archive.ts'

const cleanup = cleanUpAfterEach()

/** What may be read whole, in which statements, and why. */
const MEANT: readonly { readonly table: RegExp; readonly sql?: RegExp; readonly why: string }[] = [
  { table: /^(p|projects|components|c)( USING .*)?$/, why: 'there are some hundred names' },
  { table: /^(r|extraction_runs|rejected_lines)( USING .*)?$/, why: 'there is one row for each load' },
  { table: /^followed$/, why: 'there is one row' },
  { table: /^sqlite_sequence$/, why: 'there is one row' },
  { table: /^theirs$/, why: 'it holds the messages of one person, which two indexes found' },
  {
    table: /^(places|archive_messages )/,
    sql: /^insert into/,
    why: 'of a new row, SQLite only does so after a broken reference',
  },
  {
    table: /./,
    sql: /^select \(select count\(\*\) from archive_messages\)/,
    why: 'it counts what there is, on request',
  },
  { table: /^archive_sessions$/, sql: /order by session_no desc limit/, why: 'it ends at its limit' },
]

/** Everything that the archive does with its database, once. */
const exercised = async (folder: string): Promise<RecordingDatabase> => {
  const database = new RecordingDatabase(join(folder, 'archive.db'), archiveMigrations)
  cleanup.keep({
    [Symbol.asyncDispose]: async () => {
      database[Symbol.dispose]()
    },
  })
  const store = new SqliteArchiveStore(database, systemClock)
  const path = join(folder, 'archive-index.db')
  const search = cleanup.keep(
    new SqliteArchiveSearch({ archive: database, path, clock: systemClock, logger: silentLogger }),
  )
  const start = {
    source_type: 'projects',
    phase: 7,
    source_file: '/made/up.jsonl',
    file_size_bytes: 1,
    source_checksum: 'none',
    started_by: 'test',
  } as const
  const { run_id } = await store.begin(start)
  const found = [...archiveCorpus(300).messages()].map((message, line) => ({
    message: {
      ...message,
      at: line % 9 === 0 ? undefined : message.at,
      tags: [{ category: 'topic', value: 'x', confidence: 1 } as const],
      files: [{ path: '/a', operation: 'read' } as const],
    },
    line: line + 1,
  }))
  for (let twice = 0; twice < 2; twice++) {
    await store.write(run_id, {
      found,
      rejected: [{ line: 1, reason: 'bad', excerpt: 'x' }],
      reached: { position: 1, lines: 1, ahead: 0 },
    })
  }
  using rehearsal = store.rehearse()
  await rehearsal.count(found)
  await store.end(run_id, { status: 'completed' })
  await Promise.all([store.runs({ limit: 5 }), store.run(run_id), store.counts(), store.completedRun(start)])
  await store.rejectedLines(run_id, { after: 0, limit: 5 })

  const copy = new SqliteConversationCopy(database, () => search.indexer.sync())
  const message = {
    message_id: 'm1',
    chat_id: 'c1',
    scope: 'person:p1',
    person_id: 'p1',
    role: 'user',
    sender_name: 'Dana',
    text: 'hello',
    sent_at: 1,
    session_id: 's1',
  } as const
  for (const now of [message, { ...message, text: 'bye' }, undefined, message]) {
    await copy.apply([{ message_id: 'm1', now }], { filled_to: undefined, change: 1 })
  }
  await copy.progress()
  await copy.copied(0)
  await copy.reassign('p1', 'p2')
  await copy.count('p2', {})
  await copy.erase('p2', {})
  await copy.forget(['m1'])

  const question = { access: 'all', sort: 'relevance', limit: 5, time_zone: 'UTC', facets: true } as const
  const [{ message: first } = { message: undefined }] = found
  const filters = {
    project: first?.project,
    component: 'LSP',
    session: first?.session,
    person: { name: 'Dana' },
    since: 1,
  }
  await search.search({ ...question, query: 'the', filters: {} })
  await search.search({ ...question, query: 'the', filters })

  const maintenance = new SqliteArchiveMaintenance(database, systemClock)
  await maintenance.verify(true, { ...reportCall, progress: () => undefined })
  await maintenance.rebuild(true, { ...reportCall, progress: () => undefined })
  const reports = new SqliteArchiveReports(database)
  for (const range of [
    { zone: UTC, first: undefined, last: undefined },
    { zone: UTC, first: 19_000, last: 20_500 },
  ]) {
    await reports.projectActivity({ range }, reportCall)
    await reports.timeline({ range, project: first?.project }, reportCall)
    await reports.errorAnalysis({ range }, reportCall)
    await reports.sessions({ range, most: 10 }, reportCall)
    await reports.extractionProgress(range, 10)
  }
  await reports.span()
  await reports.session(first?.session ?? '', { messages: 10, characters: 1000 })
  await reports.session('session-unknown', { messages: 10, characters: 1000 }).catch(() => undefined)
  return database
}

test('no statement of the archive reads a table from beginning to end, but for those that are meant to', async () => {
  const database = await exercised(await cleanup.folder())
  expect(database.statements.size).toBeGreaterThan(70)
  const isMeant = ({ sql, scan }: { readonly sql: string; readonly scan: string }): boolean =>
    MEANT.some(meant => meant.table.test(scan) && meant.sql?.test(sql) !== false)
  const unexpected = database.scans().filter(each => !isMeant(each))
  expect(unexpected).toEqual([])
})
