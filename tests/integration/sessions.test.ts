import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MessageRecord } from '../../src/messages/message.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { toWindowMessage, type SessionBrowser } from '../../src/sessions/session.ts'
import { SessionFolders } from '../../src/sessions/session-folders.ts'
import { createSessions, type Sessions } from '../../src/sessions/sessions.ts'
import { sessionMigrations } from '../../src/sessions/sqlite/session-migrations.ts'
import { SqliteSessionLedger } from '../../src/sessions/sqlite/sqlite-session-ledger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { memoryLog, type MemoryLog } from '../support/memory-log.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const SCOPE = 'person:ana'
const CHAT = '15550001@c.us'
const TIMEOUT_MS = 24 * HOUR_MS

let folder: TemporaryFolder
let database: Database
let clock: FakeClock
let log: MemoryLog
let sessions: Sessions & SessionBrowser
const ids = fakeIds('session')

const start = (): void => {
  sessions = createSessions({
    ledger: new SqliteSessionLedger(database),
    folders: new SessionFolders(join(folder.path, 'sessions')),
    messages: createSqliteMessageStore(database),
    metrics: createMetrics(),
    logger: log,
    timeout_ms: TIMEOUT_MS,
    clock,
    ids,
  })
}

/** Receives a message and adds it to the session of the scope. */
const say = async (message_id: string, text: string, max_tokens = 1000): Promise<string> => {
  const message: MessageRecord = {
    message_id,
    chat_id: CHAT,
    chat_kind: 'direct',
    scope: SCOPE,
    person_id: 'ana',
    role: 'user',
    kind: 'chat',
    learning_opt_out: false,
    sender_name: 'Ana',
    text,
    tokens: 10,
    sent_at: clock.now(),
    session_id: undefined,
  }
  await createSqliteMessageStore(database).inbox.receive({
    message: {
      message_id,
      chat_id: CHAT,
      chat_kind: 'direct',
      sender: { identities: [], name: 'Ana' },
      text,
      sent_at: clock.now(),
      addressed: true,
      may_continue: true,
    },
    person_id: 'ana',
    scope: SCOPE,
    received_at: clock.now(),
    state: 'received',
    tokens: 10,
  })
  const { session_id } = await sessions.open(SCOPE, CHAT)
  await sessions.append(session_id, [toWindowMessage(message)])
  await sessions.save(session_id, max_tokens)
  return session_id
}

const fileOf = (session_id: string): string => join(folder.path, 'sessions', session_id, 'session.json')

const contents = async (): Promise<string[]> => (await sessions.open(SCOPE, CHAT)).window.map(each => each.content)

beforeEach(async () => {
  folder = await temporaryFolder()
  database = new Database(join(folder.path, 'denidin.db'), [...messageMigrations, ...sessionMigrations])
  clock = new FakeClock()
  log = memoryLog()
  start()
})

afterEach(async () => {
  database[Symbol.dispose]()
  await folder[Symbol.asyncDispose]()
})

test('a session is a readable file with its messages and their token counts, for the owner alone', async () => {
  const session_id = await say('m1', 'hello')
  const file = JSON.parse(await readFile(fileOf(session_id), 'utf8')) as Record<string, unknown>
  expect(file).toMatchObject({
    session_id,
    whatsapp_chat: CHAT,
    total_tokens: 10,
    message_counter: 1,
    transferred_to_longterm: false,
    messages: [{ message_id: 'm1', role: 'user', content: 'hello', tokens: 10, sender_name: 'Ana' }],
  })
  expect((await stat(fileOf(session_id))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder.path, 'sessions', session_id))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder.path, 'sessions'))).mode & 0o777).toBe(0o700)
  expect(log.text()).toContain(`Session created: ${session_id}`)
  expect(log.text()).toContain('Added message to session: m1')
})

test('a conversation goes on after a restart', async () => {
  const before = await say('m1', 'hello')
  start()
  expect(await say('m2', 'again')).toBe(before)
  expect(await contents()).toEqual(['hello', 'again'])
})

test('a message at exactly the timeout opens a new session', async () => {
  const before = await say('m1', 'hello')
  await clock.advance(TIMEOUT_MS - 1)
  expect((await sessions.open(SCOPE, CHAT)).session_id).toBe(before)
  await clock.advance(1)
  const after = await sessions.open(SCOPE, CHAT)
  expect(after.session_id).not.toBe(before)
  expect(after.ended_another).toBe(true)
  expect(after.window).toEqual([])
})

test('over the limit the oldest leave the window and stay in the message store', async () => {
  for (const n of [1, 2, 3, 4, 5]) await say(`m${String(n)}`, `text ${String(n)}`, 30)
  const { session_id } = await sessions.open(SCOPE, CHAT)
  expect(await contents()).toEqual(['text 3', 'text 4', 'text 5'])
  expect(await createSqliteMessageStore(database).history.countOfSession(session_id)).toBe(5)
})

test('a field that this version does not know loads and is written back', async () => {
  const session_id = await say('m1', 'hello')
  const file = JSON.parse(await readFile(fileOf(session_id), 'utf8')) as Record<string, unknown>
  await writeFile(fileOf(session_id), JSON.stringify({ ...file, mood: { from: 'the future' } }))
  start()
  await say('m2', 'again')
  expect(JSON.parse(await readFile(fileOf(session_id), 'utf8'))).toMatchObject({
    mood: { from: 'the future' },
    message_counter: 2,
  })
})

test.each([
  ['garbage', '\u0000\u0001 not json'],
  ['half a file', '{"session_id":"s","messages":[{"message_id":"m1","ro'],
  ['a message without its role', '{"message_counter":1,"messages":[{"message_id":"m1","content":"x"}]}'],
  ['no messages', '{"message_counter":1}'],
])('a damaged file (%s) is set aside and rebuilt from the messages', async (_what, damage) => {
  const session_id = await say('m1', 'hello')
  await say('m2', 'again')
  await writeFile(fileOf(session_id), damage)
  start()
  expect(await contents()).toEqual(['hello', 'again'])
  expect(await readdir(join(folder.path, 'sessions', session_id))).toContainEqual(
    expect.stringMatching(/^session\.json\.damaged-/),
  )
  expect(log.lines.some(line => line.level === 'error' && line.message.includes('set aside and rebuilt'))).toBe(true)
})

test('a file that is older than the messages, or gone, is rebuilt from them', async () => {
  const session_id = await say('m1', 'hello')
  const old = await readFile(fileOf(session_id), 'utf8')
  await say('m2', 'again')
  await writeFile(fileOf(session_id), old)
  start()
  expect(await contents()).toEqual(['hello', 'again'])
  const { rm } = await import('node:fs/promises')
  await rm(fileOf(session_id))
  start()
  expect(await contents()).toEqual(['hello', 'again'])
})

test('a message that is added twice stands in the window once', async () => {
  await say('m1', 'hello')
  await say('m1', 'hello')
  expect(await contents()).toEqual(['hello'])
})

test('the operator sees a session with its window, running or ended', async () => {
  const session_id = await say('m1', 'hello')
  expect(await sessions.show(session_id)).toMatchObject({ state: 'active', window_tokens: 10, messages: 1 })
  expect(await sessions.list({ limit: 10 })).toMatchObject([{ session_id, scope: SCOPE }])
  expect(await sessions.show('nobody')).toBeUndefined()
})
