// Databases of version 3807d0c: three logs of changes, kinds of messages read from ids and texts.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageReader } from '../../src/messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

/** The migrations that version 3807d0c had. */
const oldMigrations = messageMigrations.slice(
  0,
  messageMigrations.findIndex(each => each.id === 'messages-007'),
)

let folder: TemporaryFolder
let old: Database

beforeEach(async () => {
  folder = await temporaryFolder()
  old = new Database(join(folder.path, 'denidin.db'), oldMigrations)
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

interface OldMessage {
  readonly message_id: string
  readonly text?: string
  readonly role?: 'user' | 'assistant'
  readonly session_id?: string | null
  readonly unlearned?: number
}

const insert = ({ message_id, text = 'words', role = 'user', session_id = 's1', unlearned = 0 }: OldMessage): void => {
  old.run(
    `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, sender_name, text, tokens, sent_at,
       session_id, unlearned)
     values (:message_id, '1@c.us', 'direct', 'person:ana', 'ana', :role, 'Ana', :text, 1, 5, :session_id, :unlearned)`,
    { message_id, text, role, session_id, unlearned },
  )
}

/** The version at hand opens the file. */
const upgrade = () => {
  old[Symbol.dispose]()
  const database = new Database(join(folder.path, 'denidin.db'), messageMigrations)
  const log = createSqliteChangeLog(database)
  return {
    log,
    database,
    reader: createSqliteMessageReader(database),
    store: createSqliteMessageStore(database),
    contentIds: async (cursor: 'vectors' | 'learning'): Promise<string[]> =>
      (await log.contentChanges(cursor, { after: 0, limit: 1000 })).map(each => each.message_id),
    sessions: async (): Promise<string[]> => (await log.changedSessions()).map(each => each.session_id),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}

/** Number of the latest change in the log that the full-text index followed. */
const latestOldChange = (): number =>
  old.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'message_changes'`)?.seq ?? 0

test('what was pending in each of the three logs is pending for its follower, and nothing else is', async () => {
  for (let n = 1; n <= 20; n++) insert({ message_id: `m${String(n)}`, session_id: n <= 10 ? 's1' : 's2' })
  // Every follower is done so far.
  old.run('delete from message_changes')
  const indexed = latestOldChange()
  // The vectors have followed this edit, the full-text index and learning have not.
  old.run(`update messages set text = 'edited' where message_id = 'm1'`)
  old.run('delete from turn_changes')
  old.run(`insert into changed_sessions (session_id) values ('s1')`)
  // The full-text index and learning have followed these, the vectors have not.
  old.run(`update messages set text = 'edited' where message_id = 'm12'`)
  old.run(`delete from messages where message_id = 'm11'`)
  old.run(`delete from message_changes where message_id in ('m11', 'm12')`)
  // A new message that the full-text index has not seen, and a session that lost memories alone.
  insert({ message_id: 'm21', session_id: null })
  old.run(`insert into changed_sessions (session_id) values ('s3')`)
  const latest = latestOldChange()

  using now = upgrade()
  expect(await now.log.latest()).toBeGreaterThanOrEqual(latest)
  expect(
    (await now.log.changes(indexed, 100)).map(({ message_id, now: message }) => [message_id, message?.text]),
  ).toEqual([
    ['m1', 'edited'],
    ['m21', 'words'],
    // Looked at once more, because one row stands for all followers; the index changes nothing.
    ['m12', 'edited'],
    ['m11', undefined],
  ])
  expect(await now.log.contentChanges('vectors', { after: 0, limit: 100 })).toMatchObject([
    { message_id: 'm12', session_id: 's2', seq: 12 },
    { message_id: 'm11', session_id: 's2', seq: 11 },
  ])
  expect((await now.sessions()).sort()).toEqual(['s1', 's3'])
  expect(await now.contentIds('learning')).toEqual([])

  // And on it goes.
  await now.store.history.edit('m2', 'edited too', 1)
  expect(await now.contentIds('vectors')).toEqual(['m12', 'm11', 'm2'])
  expect((await now.sessions()).sort()).toEqual(['s1', 's3'])
  await now.log.advance('learning', await now.log.latest())
  expect(await now.sessions()).toEqual([])
  await now.store.history.edit('m2', 'and again', 1)
  expect(await now.sessions()).toEqual(['s1'])
})

test('the numbers of changes go on, also where the log was empty: an index that holds one misses nothing', async () => {
  insert({ message_id: 'm1' })
  insert({ message_id: 'm2' })
  old.run('delete from message_changes')
  const indexed = latestOldChange()
  using now = upgrade()
  expect(await now.log.latest()).toBe(indexed)
  await now.store.history.edit('m1', 'edited', 1)
  expect((await now.log.changes(indexed, 10)).map(each => each.message_id)).toEqual(['m1'])
})

test('an empty database has nothing to follow', async () => {
  using now = upgrade()
  expect(await now.log.latest()).toBe(0)
  expect(await now.log.changes(0, 10)).toEqual([])
  expect(await now.sessions()).toEqual([])
})

test('every message gets its kind, and only those that were read in two ways are read again', async () => {
  const kinds: Record<string, OldMessage & { readonly kind: string }> = {
    chat: { message_id: 'chat', kind: 'chat' },
    answer: { message_id: 'answer', role: 'assistant', kind: 'chat' },
    told: { message_id: 'told:1', session_id: null, kind: 'imported' },
    undecrypted: { message_id: 'unreadable:1', text: '', session_id: null, kind: 'unreadable' },
    command: { message_id: 'command', text: '/help', session_id: null, kind: 'command' },
    hebrew: { message_id: 'hebrew', text: ' /עזרה', session_id: null, kind: 'command' },
    russian: { message_id: 'russian', text: '/помощь', session_id: null, kind: 'command' },
    path: { message_id: 'path', text: '/home/user is full', kind: 'chat' },
    fraction: { message_id: 'fraction', text: '1/2 of it', kind: 'chat' },
    unsent: { message_id: 'reply:1', role: 'assistant', session_id: null, kind: 'notice' },
    notice: { message_id: 'wa-1', role: 'assistant', session_id: null, kind: 'notice' },
    notice_long_ago: { message_id: 'wa-2', role: 'assistant', session_id: null, kind: 'notice' },
    owner: { message_id: 'own-1', role: 'assistant', session_id: null, kind: 'chat' },
    private: { message_id: 'private', unlearned: 1, kind: 'chat' },
  }
  for (const message of Object.values(kinds)) insert(message)
  old.run(
    `insert into outbox (outbox_id, chat_id, chat_kind, scope, person_id, state, tokens, created_at)
     values ('o1', '1@c.us', 'direct', 'person:ana', 'ana', 'sent', 1, 5)`,
  )
  old.run(`insert into outbox_parts (outbox_id, part, state, message_id) values ('o1', 0, 'sent', 'wa-1')`)
  old.run(
    `insert into inbox (message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at)
     values ('own-1', '1@c.us', 'direct', 'person:ana', 'ana', 0, 'heard', 5, 5)`,
  )
  old.run('delete from message_changes')
  old.run('delete from turn_changes')
  const indexed = latestOldChange()

  using now = upgrade()
  const records = (await now.reader.inOrder(0, 100)).map(each => each.message)
  expect(Object.fromEntries(records.map(each => [each.message_id, each.kind]))).toEqual(
    Object.fromEntries(Object.values(kinds).map(each => [each.message_id, each.kind])),
  )
  expect(records.filter(each => each.learning_opt_out).map(each => each.message_id)).toEqual(['private'])
  const again = ['unreadable:1', 'command', 'hebrew', 'russian', 'path', 'wa-2'].sort()
  expect((await now.log.changes(indexed, 100)).map(each => each.message_id).sort()).toEqual(again)
  expect((await now.contentIds('vectors')).sort()).toEqual(again)
  expect(await now.contentIds('learning')).toEqual([])
})

test('a column that is filled later is not a change of content', async () => {
  insert({ message_id: 'm1' })
  using now = upgrade()
  const latest = await now.log.latest()
  now.database.run('alter table messages add column later integer')
  now.database.run('update messages set later = 1, tokens = 7')
  now.database.run(`update messages set text = 'words', sender_name = 'Ana'`)
  expect(await now.log.latest()).toBe(latest)
  now.database.run('update messages set learning_opt_out = 1')
  expect(await now.contentIds('vectors')).toEqual(['m1'])
})
