import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { HistoryStore } from '../../src/messages/history-store.ts'
import type { MessageKind } from '../../src/messages/message.ts'
import type { MessageStore } from '../../src/messages/message-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'

/** Where the messages of these tests are that belong to a session. */
const PLACE = { chat_id: '1@c.us', chat_kind: 'direct', person_id: 'ana', scope: 'person:ana', session_id: 's1' }

describe.each([['sqlite', () => createSqliteMessageStore(new Database(':memory:', messageMigrations))]] as const)(
  'history store: %s',
  (_name, make) => {
    let store: MessageStore
    let history: HistoryStore

    const say = async (
      message_id: string,
      text = `text of ${message_id}`,
      more: { readonly unreadable?: boolean; readonly kind?: MessageKind } = {},
    ): Promise<void> => {
      const { kind, ...message } = more
      await store.inbox.receive({
        message: {
          ...message,
          message_id,
          text,
          chat_id: '1@c.us',
          chat_kind: 'direct',
          sender: { identities: [], name: 'Ana' },
          sent_at: 5,
          addressed: true,
          may_continue: false,
        },
        person_id: 'ana',
        scope: 'person:ana',
        received_at: 6,
        state: 'received',
        tokens: 3,
        kind: kind ?? (message.unreadable === true ? 'unreadable' : kindOf(text)),
      })
    }
    const kindOf = (text: string): MessageKind => (text.startsWith('/') ? 'command' : 'chat')

    const kinds = async (...ids: readonly string[]): Promise<(MessageKind | undefined)[]> => {
      const current = await history.current(ids)
      return ids.map(id => current.get(id)?.kind)
    }

    beforeEach(() => {
      store = make()
      history = store.history
    })

    test('a session holds the messages that were assigned to it, in the order in which they were received', async () => {
      for (const id of ['m1', 'm2', 'm3']) await say(id)
      await history.assign('s1', ['m3', 'm1', 'unknown'])
      await history.assign('s1', ['m1'])
      await history.assign('s1', [])
      expect((await history.ofSession('s1')).map(each => each.message_id)).toEqual(['m1', 'm3'])
      expect(await history.countOfSession('s1')).toBe(2)
      expect(await history.ofSession('unknown')).toEqual([])
      expect(await history.countOfSession('unknown')).toBe(0)
    })

    test('an edit changes the text and the kind; the same text, or an unknown message, changes nothing', async () => {
      await say('m1')
      await history.assign('s1', ['m1'])
      expect(await history.edit('m1', '/reset', 1)).toEqual(PLACE)
      expect(await history.current(['m1', 'unknown'])).toEqual(
        new Map([['m1', { text: '/reset', tokens: 1, kind: 'command' }]]),
      )
      expect(await history.edit('m1', '/reset', 9)).toBeUndefined()
      expect(await history.edit('unknown', 'words', 1)).toBeUndefined()
      await history.edit('m1', 'reset', 1)
      expect(await kinds('m1')).toEqual(['chat'])
    })

    test('the kind that a message was recorded with stays, whatever its text', async () => {
      await say('m1', '/help me', { kind: 'imported' })
      await say('m2', '', { unreadable: true })
      await say('m3', '/help')
      expect(await kinds('m1', 'm2', 'm3')).toEqual(['imported', 'unreadable', 'command'])
      await history.edit('m1', '/other words', 1)
      expect(await kinds('m1')).toEqual(['imported'])
    })

    test('a removed message is gone, waits no longer, and cannot come back', async () => {
      await say('m1')
      await say('m2')
      await history.assign('s1', ['m1'])
      expect(await history.remove('m1', 9)).toEqual(PLACE)
      expect(await history.remove('m1', 9)).toBeUndefined()
      expect(await history.ofSession('s1')).toEqual([])
      expect((await store.inbox.open()).map(each => each.message_id)).toEqual(['m2'])
      await say('m1')
      expect(await history.current(['m1'])).toEqual(new Map())
    })

    test('only replies of the bot are rated', async () => {
      await say('m1')
      expect(await history.rate({ message_id: 'm1', person_id: 'ana', value: 1, at: 9 })).toBe(false)
      expect(await history.rate({ message_id: 'unknown', person_id: 'ana', value: undefined, at: 9 })).toBe(false)
    })
  },
)
