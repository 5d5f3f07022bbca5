// A process that loads an exported chat into a conversation. Arguments: folder of the databases, path of the export.
import { join } from 'node:path'
import { openArchive } from '../../../src/archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../../src/archive/sqlite/sqlite-archive-store.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import { importExport, openBoundFile, sourceOf } from '../../../src/ingest/binding/bound-export.ts'
import { beginBoundRun } from '../../../src/ingest/binding/bound-run.ts'
import { unregisteredNames } from '../../../src/messages/member-names.ts'
import { messageMigrations } from '../../../src/messages/sqlite/message-migrations.ts'
import { createSqliteImportedMessages } from '../../../src/messages/sqlite/sqlite-imported-messages.ts'
import type { Person } from '../../../src/people/person.ts'
import { systemClock } from '../../../src/platform/clock.ts'

const [folder = '', path = ''] = process.argv.slice(2)
using messages = new Database(join(folder, 'messages.db'), messageMigrations)
using archive = openArchive(join(folder, 'archive.db'))
const { signal } = new AbortController()
const person: Person = { person_id: 'ana', name: 'Ana', identities: [], role: 'client', allowed: false, created_at: 0 }
const opened = await openBoundFile({ path, reading: { zone: 'UTC' }, names: [] }, signal)
const start = { source: sourceOf(opened.file), conversation: 'person:ana', started_by: 'test' } as const
const run = await beginBoundRun(new SqliteArchiveStore(archive, systemClock), start, signal)
const report = await importExport(
  opened,
  {
    scope: 'person:ana',
    chat_id: 'imported:whatsapp',
    chat_kind: 'direct',
    speakers: new Map([
      ['Ana', { is: 'person', person }],
      ['DeniDin', { is: 'bot' }],
    ]),
    person,
    dry_run: false,
  },
  {
    people: { resolve: () => Promise.reject(new Error('no one new is met')) },
    messages: createSqliteImportedMessages(messages),
    forgotten: { isForgotten: () => false },
    members: unregisteredNames,
    preferences: { of: async () => ({ language: undefined, time_zone: undefined, learn: true }) },
    tokens: { count: text => text.length, cut: text => text },
  },
  { zone: 'UTC', run, signal, progress: () => undefined },
)
await run.complete(report.notice)
