import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { MessageReader } from '../../src/messages/message-reader.ts'
import type { Receipt } from '../../src/messages/inbox-store.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import { personOfScope, type Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageReader } from '../../src/messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { gathered } from '../support/gathered.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'

interface Subject {
  readonly feed: MessageReader
  readonly store: SqliteMessageStore
}

const receipt = (message_id: string, scope: Scope, text: string, more: Partial<Receipt> = {}): Receipt => ({
  message: {
    message_id,
    chat_id: `chat of ${scope}`,
    chat_kind: scope.startsWith('chat:') ? 'group' : 'direct',
    sender: { identities: [], name: 'Ana' },
    text,
    sent_at: 5,
    addressed: true,
    may_continue: false,
  },
  person_id: personOfScope(scope) ?? 'ana',
  scope,
  received_at: 6,
  state: 'received',
  tokens: 3,
  ...more,
})

const reply = (outbox_id: string, session_id: string | undefined): Reply => ({
  outbox_id,
  chat_id: `chat of ${ANA}`,
  chat_kind: 'direct',
  scope: ANA,
  person_id: 'ana',
  answers: [],
  text: `answer ${outbox_id}`,
  tokens: 2,
  session_id,
  keep: true,
  created_at: 7,
})

describe.each([
  [
    'sqlite',
    () =>
      sqliteOnDisk(messageMigrations, database => ({
        feed: createSqliteMessageReader(database),
        store: createSqliteMessageStore(database),
      })),
  ],
] as const)('message reader: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let feed: MessageReader
  let store: SqliteMessageStore

  const say = async (message_id: string, scope: Scope = ANA, text = `text of ${message_id}`): Promise<void> => {
    await store.inbox.receive(receipt(message_id, scope, text))
  }

  const send = async (each: Reply, channel_id: string | undefined): Promise<void> => {
    await store.outbox.intend(each, [each.text])
    await store.outbox.conclude(each, 0, { state: 'sent', message_id: channel_id, at: 8 })
  }

  beforeEach(async () => {
    opened = await open()
    ;({ feed, store } = opened.store)
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('where nothing was said there is nothing to read', async () => {
    expect(await feed.inOrder(0, 10)).toEqual([])
    expect(await feed.recentScopes(10)).toEqual([])
    expect(await feed.holds(ANA)).toBe(false)
    expect(await feed.get(ANA, ['m1'])).toEqual([])
  })

  test('a message is told of whole: who said what, where and when', async () => {
    await store.inbox.receive(receipt('m1', GROUP, 'שלום', { learning_opt_out: true }))
    await store.history.assign('s1', ['m1'])
    const message = {
      message_id: 'm1',
      chat_id: `chat of ${GROUP}`,
      chat_kind: 'group',
      scope: GROUP,
      person_id: 'ana',
      role: 'user',
      sender_name: 'Ana',
      text: 'שלום',
      tokens: 3,
      sent_at: 5,
      session_id: 's1',
      kind: 'chat',
      learning_opt_out: true,
      reply_to: undefined,
    }
    expect((await feed.inOrder(0, 10)).map(each => each.message)).toEqual([message])
    expect(await feed.get(GROUP, ['m1'])).toEqual([message])
  })

  test('a message names the one that it quotes', async () => {
    const { message, ...rest } = receipt('m2', ANA, 'right')
    await store.inbox.receive({ ...rest, message: { ...message, reply_to: 'm1' } })
    expect(await feed.get(ANA, ['m2'])).toMatchObject([{ message_id: 'm2', reply_to: 'm1' }])
    const [exported] = await gathered(store.personal.export('ana'))
    expect(exported).toMatchObject({ section: 'messages', fields: { message_id: 'm2', kind: 'chat', reply_to: 'm1' } })
  })

  test('replies are told of as messages of the bot; those to a command, of no session, as notices', async () => {
    await say('m1')
    await send(reply('o1', 's1'), 'channel-1')
    await send(reply('o2', undefined), 'channel-2')
    await send(reply('o3', undefined), undefined)
    await send(reply('o4', 's1'), undefined)
    expect((await feed.inOrder(0, 10)).map(({ message }) => [message.text, message.role, message.kind])).toEqual([
      ['text of m1', 'user', 'chat'],
      ['answer o1', 'assistant', 'chat'],
      ['answer o2', 'assistant', 'notice'],
      ['answer o3', 'assistant', 'notice'],
      ['answer o4', 'assistant', 'chat'],
    ])
  })

  test('all messages come in pages in the order in which they were received, whatever their own time', async () => {
    for (const [n, id] of ['m3', 'm1', 'm2'].entries()) {
      const { message, ...rest } = receipt(id, ANA, id)
      await store.inbox.receive({ ...rest, message: { ...message, sent_at: 100 - n } })
    }
    await store.history.edit('m3', 'edited', 1)
    const first = await feed.inOrder(0, 2)
    const rest = await feed.inOrder(first.at(-1)!.seq, 2)
    expect([...first, ...rest].map(each => each.message.message_id)).toEqual(['m3', 'm1', 'm2'])
    expect(await feed.inOrder(rest.at(-1)!.seq, 2)).toEqual([])
  })

  test('scopes come with the one first in which something was last received', async () => {
    await say('m1', ANA)
    await say('m2', GROUP)
    await say('m3', BEN)
    await say('m4', ANA)
    expect(await feed.recentScopes(10)).toEqual([ANA, BEN, GROUP])
    expect(await feed.recentScopes(2)).toEqual([ANA, BEN])
    await store.history.remove('m3', 9)
    expect(await feed.recentScopes(10)).toEqual([ANA, GROUP])
    expect(await feed.holds(BEN)).toBe(false)
  })

  test('a message is given to its own scope alone, however scopes are spelt', async () => {
    const ids = hostileScopes.map((_, n) => `m${String(n)}`)
    for (const [n, scope] of hostileScopes.entries()) await say(ids[n]!, scope)
    for (const [n, scope] of hostileScopes.entries()) {
      expect((await feed.get(scope, [...ids, 'unknown'])).map(each => each.message_id)).toEqual([ids[n]])
      expect(await feed.holds(scope)).toBe(true)
    }
    expect(await feed.holds('person:ab')).toBe(false)
    expect(new Set(await feed.recentScopes(100))).toEqual(new Set(hostileScopes))
  })
})
