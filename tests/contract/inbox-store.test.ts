// Received messages: up to when each chat is recorded, the origin of own messages, and which records are removed.
import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { Receipt } from '../../src/messages/inbox-store.ts'
import type { MessageStore } from '../../src/messages/message-store.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')
const ANA = '15550001@c.us'
const BEN = '15550002@c.us'

const receipt = (message_id: string, sent_at: number, message: Partial<Receipt['message']> = {}): Receipt => ({
  message: {
    message_id,
    chat_id: ANA,
    chat_kind: 'direct',
    text: 'hello',
    sent_at,
    addressed: true,
    may_continue: true,
    sender: { identities: [{ kind: 'phone', value: '15550001' }] },
    ...message,
  },
  person_id: 'ana',
  scope: 'person:ana',
  received_at: sent_at,
  state: 'received',
  tokens: undefined,
})

const replyTo = (answers: readonly string[], created_at: number, chat_id = ANA): Reply => ({
  outbox_id: `out-${answers.join()}`,
  chat_id,
  chat_kind: 'direct',
  scope: 'person:ana',
  person_id: 'ana',
  answers,
  text: 'the answer',
  tokens: 2,
  session_id: undefined,
  keep: false,
  created_at,
})

describe.each([['sqlite', () => createSqliteMessageStore(new Database(':memory:', messageMigrations))]] as const)(
  'inbox store: %s',
  (_name, make) => {
    let store: MessageStore

    beforeEach(() => {
      store = make()
    })

    const heardUntil = async (chat_id: string): Promise<number | undefined> =>
      (await store.inbox.recordedUntil([chat_id])).get(chat_id)

    /** A reply that was begun, and of which that became. */
    const answer = async (
      id: string,
      at: number,
      state: 'sent' | 'unconfirmed',
      message_id?: string,
    ): Promise<void> => {
      const reply = replyTo([id], at)
      await store.outbox.intend(reply, ['the answer'])
      await store.outbox.begin(reply.outbox_id, 0, at)
      await store.outbox.conclude(reply, 0, { state, message_id, at: at + SECOND_MS })
    }

    test('only a message that follows without a gap moves the end of what was heard, words kept or not', async () => {
      await store.inbox.receive(receipt('m1', NOW, { gapless: true }))
      // Another message of the same second may follow.
      expect(await heardUntil(ANA)).toBe(NOW - 1)
      await store.inbox.receive(receipt('m2', NOW + DAY_MS))
      expect(await heardUntil(ANA)).toBe(NOW - 1)
      expect(await store.inbox.recordedUntil([BEN])).toEqual(new Map())
      expect(await store.inbox.recordedUntil([])).toEqual(new Map())
    })

    test('the end of what was heard never goes back', async () => {
      await store.inbox.markRecordedUntil(ANA, NOW)
      await store.inbox.markRecordedUntil(ANA, NOW - 5)
      await store.inbox.receive(receipt('m1', NOW - 9, { gapless: true }))
      expect(await heardUntil(ANA)).toBe(NOW)
      await store.inbox.markRecordedUntil(ANA, NOW + 5)
      expect(await heardUntil(ANA)).toBe(NOW + 5)
    })

    test('what was recorded before is known, words kept or not', async () => {
      await store.inbox.receive(receipt('m1', NOW))
      await store.inbox.receive({ ...receipt('m2', NOW), tokens: 1, state: 'ignored' })
      expect(await store.inbox.known(['m1', 'm2', 'm3'])).toEqual(new Set(['m1', 'm2']))
      expect(await store.inbox.known([])).toEqual(new Set())
    })

    test('an own message is ours, known, or new', async () => {
      await store.inbox.receive(receipt('m1', NOW))
      await answer('m1', NOW, 'sent', 'wa-1')
      await store.inbox.receive({ ...receipt('own-1', NOW), state: 'heard', role: 'assistant' })
      const origin = (message_id: string): Promise<string> =>
        store.inbox.originOf({ message_id, chat_id: ANA, sent_at: NOW + 5000 })
      expect(await origin('wa-1')).toBe('ours')
      expect(await origin('own-1')).toBe('known')
      expect(await origin('own-2')).toBe('new')
    })

    test('a part of ours whose id nobody knows takes that of one message written as it was sent', async () => {
      await store.inbox.receive(receipt('m1', NOW))
      await answer('m1', NOW + 400, 'unconfirmed')
      const written = { chat_id: ANA, sent_at: NOW }
      expect(await store.inbox.originOf({ ...written, message_id: 'elsewhere', chat_id: BEN })).toBe('new')
      expect(await store.inbox.originOf({ ...written, message_id: 'before', sent_at: NOW - 5 * SECOND_MS })).toBe('new')
      expect(await store.inbox.originOf({ ...written, message_id: 'after', sent_at: NOW + 2 * MINUTE_MS })).toBe('new')
      expect(await store.inbox.originOf({ ...written, message_id: 'wa-1' })).toBe('ours')
      expect(await store.inbox.originOf({ ...written, message_id: 'wa-1' })).toBe('ours')
      expect(await store.inbox.originOf({ ...written, message_id: 'by the owner' })).toBe('new')
    })

    test.each([
      ['oldest first', [0, 1, 2]],
      ['newest first', [2, 1, 0]],
      ['in another order', [1, 2, 0]],
    ])('several parts whose ids nobody knows take those of their messages, %s', async (_, order) => {
      const begun = [NOW, NOW + 15 * SECOND_MS, NOW + 58 * SECOND_MS]
      for (const [at, begun_at] of begun.entries()) {
        await store.inbox.receive(receipt(`m${String(at)}`, NOW))
        await answer(`m${String(at)}`, begun_at, 'unconfirmed')
      }
      for (const at of order) {
        const message = { message_id: `wa-${String(at)}`, chat_id: ANA, sent_at: (begun[at] ?? 0) + 900 }
        expect(await store.inbox.originOf(message)).toBe('ours')
      }
      expect(await store.inbox.originOf({ message_id: 'wa-3', chat_id: ANA, sent_at: NOW })).toBe('new')
    })

    test('records of what was dealt with long ago go; what waits stays, and every id stays known', async () => {
      const old = NOW - 40 * DAY_MS
      for (const id of ['done', 'waits', 'held']) await store.inbox.receive(receipt(id, old, { gapless: true }))
      await answer('done', old, 'sent', 'wa-done')
      const held = replyTo(['held'], old)
      await store.outbox.intend(held, ['the answer'])
      await store.outbox.begin(held.outbox_id, 0, old)
      await store.outbox.conclude(held, 0, { state: 'held', message_id: undefined, at: old })
      // Nothing was heard in the chat since: the newest may be looked at again.
      expect(await store.traffic.prune(NOW - 30 * DAY_MS)).toBe(0)
      await store.inbox.receive(receipt('new', NOW, { gapless: true }))
      await store.inbox.settle(['new'], 'heard', NOW)
      expect(await store.traffic.prune(NOW - 30 * DAY_MS)).toBe(2)
      expect(await store.inbox.receive(receipt('done', old))).toBe('known')
      expect(await store.inbox.receive(receipt('waits', old))).toBe('known')
      expect(await store.inbox.receive(receipt('held', old))).toBe('known')
      expect(await store.inbox.receive(receipt('new', old))).toBe('known')
      expect((await store.traffic.counts()).outbox).toMatchObject({ held: 1, sent: 0 })
      expect(await store.inbox.originOf({ message_id: 'wa-done', chat_id: ANA, sent_at: old })).toBe('ours')
    })

    test('a chat whose end is not known keeps all its records, and every chat one to say that somebody wrote', async () => {
      await store.inbox.receive(receipt('m1', NOW - 40 * DAY_MS))
      await store.inbox.receive(receipt('m2', NOW - 39 * DAY_MS))
      await store.inbox.settle(['m1', 'm2'], 'heard', NOW)
      expect(await store.traffic.prune(NOW)).toBe(0)
      await store.inbox.markRecordedUntil(ANA, NOW)
      expect(await store.traffic.prune(NOW)).toBe(1)
      expect(await store.inbox.hasWritten(ANA)).toBe(true)
      expect(await store.inbox.receive(receipt('m2', NOW))).toBe('known')
    })

    test('more records than go in one step go all the same', async () => {
      for (let n = 0; n < 1200; n++) {
        await store.inbox.receive({ ...receipt(`m${String(n)}`, NOW - 40 * DAY_MS), state: 'ignored' })
      }
      await store.inbox.receive(receipt('new', NOW, { gapless: true }))
      expect(await store.traffic.prune(NOW - 30 * DAY_MS)).toBe(1200)
    })

    test('a reply that is given up leaves its message without an answer for good', async () => {
      await store.inbox.receive(receipt('m1', NOW))
      const reply = { ...replyTo(['m1'], NOW), keep: true }
      await store.outbox.intend(reply, ['one', 'two'])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
      await store.outbox.conclude(reply, 0, { state: 'held', message_id: undefined, at: NOW })
      await store.outbox.fail(reply, NOW)
      await store.outbox.concludeInterrupted(NOW)
      expect(await store.outbox.held()).toEqual([])
      expect(await store.inbox.open()).toEqual([])
      expect(await store.traffic.counts()).toMatchObject({ inbox: { failed: 1 }, outbox: { failed: 1 } })
    })
  },
)

test('tables of the version before go over with everything in them, in their order', async () => {
  await using folder = await temporaryFolder()
  const path = `${folder.path}/denidin.db`
  {
    using old = new Database(path, messageMigrations.slice(0, 3))
    for (const [index, id] of ['b', 'a', 'c'].entries()) {
      old.run(
        `insert into inbox (message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at)
         values (:id, :chat_id, 'direct', 'person:ana', 'ana', 1, 'received', :at, :at)`,
        { id, chat_id: id === 'c' ? BEN : ANA, at: NOW + index },
      )
      old.run(
        `insert into outbox (outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, created_at)
         values (:id, :chat_id, 'direct', 'person:ana', 'ana', 'held', 'text', 2, :at)`,
        { id, chat_id: ANA, at: NOW },
      )
      old.run(`insert into outbox_answers (outbox_id, message_id) values (:id, 'm')`, { id })
      old.run(`insert into outbox_parts (outbox_id, part, state, text) values (:id, 0, 'waiting', 'text')`, { id })
    }
  }
  using database = new Database(path, messageMigrations)
  const store = createSqliteMessageStore(database)
  expect((await store.inbox.open()).map(each => each.message_id)).toEqual(['b', 'a', 'c'])
  const held = await store.outbox.held()
  expect(held.map(each => each.reply.outbox_id)).toEqual(['b', 'a', 'c'])
  expect(held.map(each => [each.reply.answers, each.waiting.length])).toEqual(held.map(() => [['m'], 1]))
  expect(await store.inbox.recordedUntil([ANA, BEN])).toEqual(
    new Map([
      [ANA, NOW + 1],
      [BEN, NOW + 2],
    ]),
  )
  // Parts still go with their reply.
  database.run(`delete from outbox where outbox_id = 'a'`)
  expect(database.all('select outbox_id from outbox_parts')).toHaveLength(2)
  expect(database.all('pragma foreign_key_check')).toEqual([])
})
