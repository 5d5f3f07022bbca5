import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { Receipt } from '../../src/messages/inbox-store.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')

const receipt = (message_id: string, options: Partial<Receipt> & { text?: string } = {}): Receipt => ({
  message: {
    message_id,
    chat_id: '15550001@c.us',
    chat_kind: 'direct',
    sender: { identities: [{ kind: 'phone', value: '15550001' }], name: 'Ana' },
    text: options.text ?? `text of ${message_id}`,
    sent_at: NOW,
    addressed: true,
    may_continue: true,
  },
  person_id: 'ana',
  scope: 'person:ana',
  received_at: NOW,
  state: 'received',
  tokens: 4,
  ...options,
})

const replyTo = (answers: readonly string[], options: Partial<Reply> = {}): Reply => ({
  outbox_id: 'out-1',
  chat_id: '15550001@c.us',
  chat_kind: 'direct',
  scope: 'person:ana',
  person_id: 'ana',
  answers,
  text: 'the answer',
  tokens: 2,
  session_id: 's1',
  keep: true,
  created_at: NOW,
  ...options,
})

describe.each([['sqlite', () => createSqliteMessageStore(new Database(':memory:', messageMigrations))]] as const)(
  'outbox store: %s',
  (_name, make) => {
    let store: SqliteMessageStore

    const openIds = async (): Promise<string[]> => (await store.inbox.open()).map(message => message.message_id)

    /** Records a reply of one part that is on its way. */
    const begun = async (reply: Reply): Promise<void> => {
      await store.outbox.intend(reply, [reply.text])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
    }

    const texts = async (): Promise<(string | undefined)[][]> =>
      (await store.outbox.held()).map(({ waiting }) => waiting.map(each => each.text))

    beforeEach(() => {
      store = make()
    })

    test('a message is recorded once, however often it is delivered', async () => {
      expect(await store.inbox.receive(receipt('m1'))).toBe('new')
      expect(await store.inbox.receive(receipt('m1', { text: 'something else' }))).toBe('known')
      expect(await store.inbox.open()).toMatchObject([{ message_id: 'm1', text: 'text of m1', sender_name: 'Ana' }])
    })

    test('a message waits, in its order, until it is settled', async () => {
      for (const id of ['m1', 'm2', 'm3']) await store.inbox.receive(receipt(id))
      await store.inbox.settle(['m2'], 'heard', NOW)
      expect(await openIds()).toEqual(['m1', 'm3'])
    })

    test('messages and replies keep their order when the clock goes back', async () => {
      await store.inbox.receive(receipt('m1'))
      await store.inbox.receive(receipt('m2', { received_at: NOW - 1000 }))
      expect(await openIds()).toEqual(['m1', 'm2'])
      for (const [n, created_at] of [NOW, NOW - 1000].entries()) {
        const reply = replyTo([`m${String(n + 1)}`], { outbox_id: `out-${String(n)}`, created_at })
        await begun(reply)
        await store.outbox.conclude(reply, 0, { state: 'held', message_id: undefined, at: NOW })
      }
      expect((await store.outbox.held()).map(({ reply }) => reply.outbox_id)).toEqual(['out-0', 'out-1'])
    })

    test('without tokens no text is kept, but the message still waits', async () => {
      await store.inbox.receive(receipt('m1', { tokens: undefined }))
      expect(await store.inbox.open()).toMatchObject([{ message_id: 'm1', text: undefined, addressed: true }])
      expect((await store.traffic.counts()).messages).toBe(0)
    })

    test('a sent reply answers its messages and is kept as a message of the session', async () => {
      await store.inbox.receive(receipt('m1'))
      await store.inbox.receive(receipt('m2'))
      await store.history.assign('s1', ['m1', 'm2'])
      const reply = replyTo(['m1', 'm2'])
      await begun(reply)
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW + 5 })
      expect(await openIds()).toEqual([])
      expect((await store.history.ofSession('s1')).map(each => [each.message_id, each.role, each.text])).toEqual([
        ['m1', 'user', 'text of m1'],
        ['m2', 'user', 'text of m2'],
        ['wa-1', 'assistant', 'the answer'],
      ])
      expect((await store.traffic.counts()).inbox.answered).toBe(2)
    })

    test('while a reply is being sent its messages do not wait for another one', async () => {
      await store.inbox.receive(receipt('m1'))
      await begun(replyTo(['m1']))
      expect(await openIds()).toEqual([])
    })

    test('a reply interrupted by the end of the process is unconfirmed for good', async () => {
      await store.inbox.receive(receipt('m1'))
      await begun(replyTo(['m1']))
      expect(await store.outbox.concludeInterrupted(NOW + 1)).toBe(1)
      expect(await store.outbox.concludeInterrupted(NOW + 2)).toBe(0)
      const counts = await store.traffic.counts()
      expect(counts.inbox.unconfirmed).toBe(1)
      expect(counts.outbox.unconfirmed).toBe(1)
      expect(await openIds()).toEqual([])
    })

    test('a held reply keeps its text and its messages are not answered anew', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await begun(reply)
      await store.outbox.conclude(reply, 0, { state: 'held', message_id: undefined, at: NOW })
      expect(await openIds()).toEqual([])
      expect(await store.outbox.held()).toEqual([{ reply, waiting: [{ part: 0, text: 'the answer' }] }])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
      expect(await store.outbox.held()).toEqual([])
      expect((await store.traffic.counts()).inbox.answered).toBe(1)
    })

    test('a reply of several parts answers its messages with the last of them, and is kept once, whole', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'], { text: 'one two three' })
      await store.outbox.intend(reply, ['one', 'two', 'three'])
      for (const [part, message_id] of ['wa-1', 'wa-2', 'wa-3'].entries()) {
        await store.outbox.begin(reply.outbox_id, part, NOW)
        expect((await store.traffic.counts()).inbox.answered).toBe(0)
        await store.outbox.conclude(reply, part, { state: 'sent', message_id, at: NOW + part })
        expect((await store.history.ofSession('s1')).map(each => [each.message_id, each.text])).toEqual([
          ['wa-1', 'one two three'],
        ])
      }
      expect((await store.traffic.counts()).inbox.answered).toBe(1)
      expect((await store.traffic.counts()).outbox.sent).toBe(1)
      expect(await openIds()).toEqual([])
    })

    test('a thumb on any part of a reply is one on the reply', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'], { text: 'one two' })
      await store.outbox.intend(reply, ['one', 'two'])
      for (const [part, message_id] of ['wa-1', 'wa-2'].entries()) {
        await store.outbox.conclude(reply, part, { state: 'sent', message_id, at: NOW })
      }
      expect(await store.history.rate({ message_id: 'wa-2', person_id: 'ana', value: 1, at: NOW })).toBe(true)
      expect(await store.history.rate({ message_id: 'wa-1', person_id: 'ana', value: -1, at: NOW })).toBe(true)
      expect((await store.traffic.counts()).ratings).toEqual({ up: 0, down: 1 })
      expect(await store.history.rate({ message_id: 'wa-2', person_id: 'ana', value: undefined, at: NOW })).toBe(true)
      expect((await store.traffic.counts()).ratings).toEqual({ up: 0, down: 0 })
    })

    test('a part that certainly did not go out holds itself and what comes after, not what went before', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await store.outbox.intend(reply, ['one', 'two', 'three'])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
      await store.outbox.begin(reply.outbox_id, 1, NOW)
      await store.outbox.conclude(reply, 1, { state: 'held', message_id: undefined, at: NOW })
      expect(await store.outbox.held()).toMatchObject([
        {
          reply,
          waiting: [
            { part: 1, text: 'two' },
            { part: 2, text: 'three' },
          ],
        },
      ])
      expect(await store.outbox.held('somebody@c.us')).toEqual([])
      expect(await openIds()).toEqual([])
    })

    test('a part of which nobody knows makes the reply unconfirmed, and none is sent again', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await store.outbox.intend(reply, ['one', 'two'])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
      await store.outbox.conclude(reply, 0, { state: 'unconfirmed', message_id: undefined, at: NOW })
      await store.outbox.begin(reply.outbox_id, 1, NOW)
      await store.outbox.conclude(reply, 1, { state: 'sent', message_id: 'wa-2', at: NOW })
      expect(await store.outbox.held()).toEqual([])
      expect((await store.traffic.counts()).inbox.unconfirmed).toBe(1)
      expect((await store.history.ofSession('s1')).map(each => each.message_id)).toEqual(['reply:out-1'])
    })

    test.each([
      ['nothing was begun', [], false, 0, ['one', 'two', 'three'], 'received'],
      ['the first had begun', [], true, 1, ['two', 'three'], 'received'],
      ['the first was sent', ['sent'], false, 0, ['two', 'three'], 'received'],
      ['the second had begun', ['sent'], true, 1, ['three'], 'received'],
      ['the last had begun', ['sent', 'sent'], true, 1, [], 'unconfirmed'],
      ['the last was waiting', ['sent', 'unconfirmed'], false, 0, ['three'], 'received'],
    ] as const)('when the process ended and %s, the parts that were not begun are left', async (...the) => {
      const [, outcomes, beginsNext, interrupted, left, inbox] = the
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await store.outbox.intend(reply, ['one', 'two', 'three'])
      for (const [part, state] of outcomes.entries()) {
        await store.outbox.begin(reply.outbox_id, part, NOW)
        await store.outbox.conclude(reply, part, { state, message_id: `wa-${String(part)}`, at: NOW })
      }
      if (beginsNext) await store.outbox.begin(reply.outbox_id, outcomes.length, NOW)
      expect(await store.outbox.concludeInterrupted(NOW)).toBe(interrupted)
      expect(await texts()).toEqual(left.length === 0 ? [] : [left])
      expect((await store.traffic.counts()).inbox[inbox]).toBe(1)
      expect(await openIds()).toEqual([])
      // Nothing changes when it is asked again before anything was sent.
      expect(await store.outbox.concludeInterrupted(NOW)).toBe(0)
      expect(await texts()).toEqual(left.length === 0 ? [] : [left])
    })

    test('a reply that was not kept and not begun is forgotten: its message waits again', async () => {
      await store.inbox.receive(receipt('m1', { tokens: undefined }))
      await store.outbox.intend(replyTo(['m1'], { keep: false, session_id: undefined }), ['one', 'two'])
      expect(await store.outbox.concludeInterrupted(NOW)).toBe(0)
      expect(await store.outbox.held()).toEqual([])
      expect(await openIds()).toEqual(['m1'])
    })

    test('a reply that was not kept and went out in part is given up', async () => {
      await store.inbox.receive(receipt('m1', { tokens: undefined }))
      const reply = replyTo(['m1'], { keep: false, session_id: undefined })
      await store.outbox.intend(reply, ['one', 'two'])
      await store.outbox.begin(reply.outbox_id, 0, NOW)
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
      await store.outbox.concludeInterrupted(NOW)
      expect(await store.outbox.held()).toEqual([])
      expect((await store.traffic.counts()).inbox.unconfirmed).toBe(1)
    })

    test('a held reply that is given up leaves its message without an answer', async () => {
      await store.inbox.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await begun(reply)
      await store.outbox.conclude(reply, 0, { state: 'held', message_id: undefined, at: NOW })
      await store.outbox.abandon(reply, NOW)
      expect(await store.outbox.held()).toEqual([])
      expect((await store.traffic.counts()).inbox.unanswerable).toBe(1)
    })

    test('only a chat in which somebody wrote has written, blocked or not, words kept or not', async () => {
      await store.inbox.receive(receipt('m1', { tokens: undefined, state: 'ignored' }))
      expect(await store.inbox.hasWritten('15550001@c.us')).toBe(true)
      expect(await store.inbox.hasWritten('15550002@c.us')).toBe(false)
    })

    test('a reply belongs to whoever its person turns out to be while it is on its way', async () => {
      await store.inbox.receive(receipt('m1', { person_id: 'ana2', scope: 'person:ana2' }))
      const reply = replyTo(['m1'], { person_id: 'ana2', scope: 'person:ana2' })
      await begun(reply)
      await store.personal.reassign('ana2', 'ana')
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
      expect((await store.history.ofSession('s1')).map(each => each.person_id)).toEqual(['ana'])
    })

    test('a reply whose text must not be kept leaves no text behind', async () => {
      await store.inbox.receive(receipt('m1', { tokens: undefined }))
      const reply = replyTo(['m1'], { keep: false, session_id: undefined })
      await begun(reply)
      await store.outbox.conclude(reply, 0, { state: 'sent', message_id: 'wa-1', at: NOW })
      expect((await store.traffic.counts()).messages).toBe(0)
      expect((await store.traffic.counts()).outbox.sent).toBe(1)
    })

    test('two identities that are one person have their messages in one place', async () => {
      await store.inbox.receive(receipt('m1'))
      await store.inbox.receive(receipt('m2', { person_id: 'ana2', scope: 'person:ana2' }))
      await store.personal.reassign('ana2', 'ana')
      await store.personal.reassign('ana2', 'ana')
      expect(await store.personal.count('ana2')).toBe(0)
      expect((await store.inbox.open()).map(each => each.scope)).toEqual(['person:ana', 'person:ana'])
    })
  },
)

test.each([1, 2])('what version %i of the tables left in the outbox goes on where it stood', async version => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'denidin.db')
  {
    using old = new Database(path, messageMigrations.slice(0, version))
    for (const [index, state] of ['held', 'intended', 'sent'].entries()) {
      old.run(
        `insert into outbox (outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, created_at)
         values (:outbox_id, '1@c.us', 'direct', 'person:ana', 'ana', :state, :text, 2, :created_at)`,
        { outbox_id: `out-${state}`, state, text: `text ${state}`, created_at: index },
      )
    }
  }
  using database = new Database(path, messageMigrations)
  const store = createSqliteMessageStore(database)
  expect(await store.outbox.concludeInterrupted(NOW)).toBe(1)
  expect(await store.outbox.held()).toMatchObject([
    { reply: { outbox_id: 'out-held' }, waiting: [{ part: 0, text: 'text held' }] },
  ])
  expect((await store.traffic.counts()).outbox).toEqual({ intended: 0, sent: 1, unconfirmed: 1, held: 1, failed: 0 })
})
