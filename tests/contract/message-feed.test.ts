import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ChangeFeed } from '../../src/messages/change-feed.ts'
import type { MessageStore, Receipt, Reply } from '../../src/messages/message-store.ts'
import { personOfScope, type Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageErasure } from '../../src/messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteChangeFeed } from '../../src/messages/sqlite/sqlite-change-feed.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import type { MessageErasure } from '../../src/messages/message-erasure.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'

interface Subject {
  readonly feed: ChangeFeed
  readonly store: MessageStore & PersonalData
  readonly forgettable: MessageErasure
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
        feed: createSqliteChangeFeed(database),
        store: createSqliteMessageStore(database),
        forgettable: createSqliteMessageErasure(database),
      })),
  ],
] as const)('message feed: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let feed: ChangeFeed
  let store: MessageStore & PersonalData

  const say = async (message_id: string, scope: Scope = ANA, text = `text of ${message_id}`): Promise<void> => {
    await store.receive(receipt(message_id, scope, text))
  }

  const send = async (each: Reply, channel_id: string | undefined): Promise<void> => {
    await store.intend(each, [each.text])
    await store.conclude(each, 0, { state: 'sent', message_id: channel_id, at: 8 })
  }

  /** What changed after a change, as `id: text`. */
  const changed = async (after: number): Promise<string[]> =>
    (await feed.changes(after, 100)).map(({ message_id, now }) => `${message_id}: ${now?.text ?? 'gone'}`)

  beforeEach(async () => {
    opened = await open()
    ;({ feed, store } = opened.store)
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('where nothing was said there is nothing to follow', async () => {
    expect(await feed.latestChange()).toBe(0)
    expect(await feed.changes(0, 10)).toEqual([])
    expect(await feed.inOrder(0, 10)).toEqual([])
    expect(await feed.recentScopes(10)).toEqual([])
    expect(await feed.holds(ANA)).toBe(false)
    expect(await feed.get(ANA, ['m1'])).toEqual([])
  })

  test('a message is told of whole: who said what, where and when', async () => {
    await store.receive(receipt('m1', GROUP, 'שלום', { learning_opt_out: true }))
    await store.assign('s1', ['m1'])
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
    }
    expect((await feed.inOrder(0, 10)).map(each => each.message)).toEqual([message])
    expect((await feed.changes(0, 10)).map(each => each.now)).toEqual([message])
    expect(await feed.get(GROUP, ['m1'])).toEqual([message])
  })

  test('what came, was changed and went is told of in that order, each message once, in its last form', async () => {
    await say('m1')
    await say('m2')
    await say('m3')
    await store.edit('m1', 'edited', 1)
    await store.remove('m2', 9)
    expect(await changed(0)).toEqual(['m3: text of m3', 'm1: edited', 'm2: gone'])
  })

  test('what is no change is not told of: an edit to the same words, a session, a second delivery', async () => {
    await say('m1')
    const latest = await feed.latestChange()
    await store.edit('m1', 'text of m1', 3)
    await store.assign('s1', ['m1'])
    await store.settle(['m1'], 'heard', 9)
    await say('m1', ANA, 'other words')
    await store.remove('unknown', 9)
    expect(await feed.latestChange()).toBe(latest)
  })

  test('changes are paged, and their numbers grow', async () => {
    for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) await say(id)
    const seen: string[] = []
    let after = 0
    for (;;) {
      const page = await feed.changes(after, 2)
      expect(page.length).toBeLessThanOrEqual(2)
      if (page.length === 0) break
      for (const each of page) {
        expect(each.change).toBeGreaterThan(after)
        after = each.change
        seen.push(each.message_id)
      }
    }
    expect(seen).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    expect(await feed.latestChange()).toBe(after)
  })

  test('changes that were forgotten are not told of again, and their numbers not given out again', async () => {
    await say('m1')
    await say('m2')
    const [first] = await feed.changes(0, 1)
    await feed.forgetChanges(first!.change)
    expect(await changed(0)).toEqual(['m2: text of m2'])
    const latest = await feed.latestChange()
    await feed.forgetChanges(latest)
    await feed.forgetChanges(latest)
    expect(await changed(0)).toEqual([])
    expect(await feed.latestChange()).toBe(latest)
    opened.restart()
    ;({ feed, store } = opened.store)
    await say('m3')
    expect(await changed(latest)).toEqual(['m3: text of m3'])
  })

  test('a merge and an act of forgetting are changes of every message that they touch, and of no other', async () => {
    await say('m1')
    await say('m2', BEN)
    await say('m3', GROUP)
    let latest = await feed.latestChange()
    await store.reassign('ana', 'dana')
    const moved = await feed.changes(latest, 10)
    expect(moved.map(({ message_id, now }) => [message_id, now?.scope, now?.person_id])).toEqual(
      expect.arrayContaining([
        ['m1', 'person:dana', 'dana'],
        ['m3', GROUP, 'dana'],
      ]),
    )
    expect(moved).toHaveLength(2)
    latest = await feed.latestChange()
    await opened.store.forgettable.eraseMessages(['m1', 'unknown'])
    expect(await changed(latest)).toEqual(['m1: gone'])
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
      await store.receive({ ...rest, message: { ...message, sent_at: 100 - n } })
    }
    await store.edit('m3', 'edited', 1)
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
    await store.remove('m3', 9)
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
