import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MessageStore, Receipt, Reply } from '../../src/messages/message-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'

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
  'message store: %s',
  (_name, make) => {
    let store: MessageStore & PersonalData

    const openIds = async (): Promise<string[]> => (await store.open()).map(message => message.message_id)

    beforeEach(() => {
      store = make()
    })

    test('a message is recorded once, however often it is delivered', async () => {
      expect(await store.receive(receipt('m1'))).toBe('new')
      expect(await store.receive(receipt('m1', { text: 'something else' }))).toBe('known')
      expect(await store.open()).toMatchObject([{ message_id: 'm1', text: 'text of m1', sender_name: 'Ana' }])
    })

    test('a message waits, in its order, until it is settled', async () => {
      for (const id of ['m1', 'm2', 'm3']) await store.receive(receipt(id))
      await store.settle(['m2'], 'heard', NOW)
      expect(await openIds()).toEqual(['m1', 'm3'])
    })

    test('messages and replies keep their order when the clock goes back', async () => {
      await store.receive(receipt('m1'))
      await store.receive(receipt('m2', { received_at: NOW - 1000 }))
      expect(await openIds()).toEqual(['m1', 'm2'])
      for (const [n, created_at] of [NOW, NOW - 1000].entries()) {
        const reply = replyTo([`m${String(n + 1)}`], { outbox_id: `out-${String(n)}`, created_at })
        await store.intend(reply)
        await store.conclude(reply, { state: 'held', message_id: undefined, at: NOW })
      }
      expect((await store.held()).map(reply => reply.outbox_id)).toEqual(['out-0', 'out-1'])
    })

    test('without tokens no text is kept, but the message still waits', async () => {
      await store.receive(receipt('m1', { tokens: undefined }))
      expect(await store.open()).toMatchObject([{ message_id: 'm1', text: undefined, addressed: true }])
      expect((await store.counts()).messages).toBe(0)
    })

    test('a sent reply answers its messages and is kept as a message of the session', async () => {
      await store.receive(receipt('m1'))
      await store.receive(receipt('m2'))
      await store.assign('s1', ['m1', 'm2'])
      const reply = replyTo(['m1', 'm2'])
      await store.intend(reply)
      await store.conclude(reply, { state: 'sent', message_id: 'wa-1', at: NOW + 5 })
      expect(await openIds()).toEqual([])
      expect((await store.ofSession('s1')).map(each => [each.message_id, each.role, each.text])).toEqual([
        ['m1', 'user', 'text of m1'],
        ['m2', 'user', 'text of m2'],
        ['wa-1', 'assistant', 'the answer'],
      ])
      expect((await store.counts()).inbox.answered).toBe(2)
    })

    test('while a reply is being sent its messages do not wait for another one', async () => {
      await store.receive(receipt('m1'))
      await store.intend(replyTo(['m1']))
      expect(await openIds()).toEqual([])
    })

    test('a reply interrupted by the end of the process is unconfirmed for good', async () => {
      await store.receive(receipt('m1'))
      await store.intend(replyTo(['m1']))
      expect(await store.concludeInterrupted(NOW + 1)).toBe(1)
      expect(await store.concludeInterrupted(NOW + 2)).toBe(0)
      const counts = await store.counts()
      expect(counts.inbox.unconfirmed).toBe(1)
      expect(counts.outbox.unconfirmed).toBe(1)
      expect(await openIds()).toEqual([])
    })

    test('a held reply keeps its text and its messages are not answered anew', async () => {
      await store.receive(receipt('m1'))
      const reply = replyTo(['m1'])
      await store.intend(reply)
      await store.conclude(reply, { state: 'held', message_id: undefined, at: NOW })
      expect(await openIds()).toEqual([])
      expect(await store.held()).toEqual([reply])
      await store.intend(reply)
      await store.conclude(reply, { state: 'sent', message_id: 'wa-1', at: NOW })
      expect(await store.held()).toEqual([])
      expect((await store.counts()).inbox.answered).toBe(1)
    })

    test('a reply whose text must not be kept leaves no text behind', async () => {
      await store.receive(receipt('m1', { tokens: undefined }))
      const reply = replyTo(['m1'], { keep: false, session_id: undefined })
      await store.intend(reply)
      await store.conclude(reply, { state: 'sent', message_id: 'wa-1', at: NOW })
      expect((await store.counts()).messages).toBe(0)
      expect((await store.counts()).outbox.sent).toBe(1)
    })

    test('two identities that are one person have their messages in one place', async () => {
      await store.receive(receipt('m1'))
      await store.receive(receipt('m2', { person_id: 'ana2', scope: 'person:ana2' }))
      await store.reassign('ana2', 'ana')
      await store.reassign('ana2', 'ana')
      expect(await store.count('ana2')).toBe(0)
      expect((await store.open()).map(each => each.scope)).toEqual(['person:ana', 'person:ana'])
    })
  },
)
