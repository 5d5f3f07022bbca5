import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ImportedMessages } from '../../src/messages/imported-messages.ts'
import type { MessageErasure } from '../../src/messages/message-erasure.ts'
import type { MessageRecord } from '../../src/messages/message.ts'
import type { ChangeLog } from '../../src/messages/change-log.ts'
import type { Receipt } from '../../src/messages/inbox-store.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import { personOfScope, type Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteImportedMessages } from '../../src/messages/sqlite/sqlite-imported-messages.ts'
import { createSqliteMessageErasure } from '../../src/messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { gathered } from '../support/gathered.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'

interface Subject {
  readonly messages: MessageErasure
  readonly store: SqliteMessageStore
  readonly changeLog: ChangeLog
  readonly imports: ImportedMessages
}

const idsOf = (placed: readonly MessageRecord[]): string[] => placed.map(each => each.message_id)

const idsOfPages = async (pages: AsyncIterable<readonly MessageRecord[]>): Promise<string[]> =>
  (await gathered(pages)).flatMap(idsOf)

describe.each([
  [
    'sqlite',
    () =>
      sqliteOnDisk(messageMigrations, database => ({
        messages: createSqliteMessageErasure(database),
        store: createSqliteMessageStore(database),
        changeLog: createSqliteChangeLog(database),
        imports: createSqliteImportedMessages(database),
      })),
  ],
] as const)('messages that can be forgotten: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let messages: Subject['messages']
  let store: Subject['store']
  let changeLog: ChangeLog

  const say = async (message_id: string, scope: Scope, text: string, more: Partial<Receipt> = {}): Promise<void> => {
    await store.inbox.receive({
      message: {
        message_id,
        chat_id: `chat of ${scope}`,
        chat_kind: scope.startsWith('chat:') ? 'group' : 'direct',
        sender: { identities: [] },
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
  }

  const replyTo = (message_id: string, scope: Scope, at: number, text = `answer to ${message_id}`): Reply => ({
    outbox_id: `o-${message_id}`,
    chat_id: `chat of ${scope}`,
    person_id: personOfScope(scope) ?? 'ana',
    scope,
    chat_kind: scope.startsWith('chat:') ? 'group' : 'direct',
    answers: [message_id],
    text,
    tokens: 3,
    session_id: `s-${scope}`,
    keep: true,
    created_at: at,
  })

  const answer = async (message_id: string, scope: Scope, at: number): Promise<void> => {
    const reply = replyTo(message_id, scope, at)
    await store.outbox.intend(reply, [reply.text])
    await store.outbox.conclude(reply, 0, { state: 'sent', message_id: `r-${message_id}`, at })
  }

  beforeEach(async () => {
    opened = await open()
    ;({ messages, store, changeLog } = opened.store)
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('a message is told of with where it stands, one that is not kept is not', async () => {
    await say('m1', GROUP, 'שלום')
    await say('m2', ANA, 'words')
    await store.history.assign('s1', ['m1'])
    const where = { chat_id: `chat of ${GROUP}`, scope: GROUP, person_id: 'ana', role: 'user', session_id: 's1' }
    const what = {
      kind: 'chat',
      chat_kind: 'group',
      sender_name: undefined,
      tokens: 3,
      learning_opt_out: false,
      reply_to: undefined,
    }
    expect(await messages.get(['m1', 'unknown'])).toEqual([
      { message_id: 'm1', text: 'שלום', sent_at: 5, ...where, ...what },
    ])
    expect(await messages.get(['m2'])).toMatchObject([{ scope: ANA, session_id: undefined }])
    expect(await messages.get([])).toEqual([])
  })

  test('of a person it is what they said anywhere, and what was said to them, within the bounds of forgetting', async () => {
    await say('m1', ANA, 'alone')
    await answer('m1', ANA, 7)
    await say('m2', GROUP, 'in a group', { received_at: 20 })
    await say('m3', GROUP, 'of another', { person_id: 'ben' })
    await say('m4', BEN, 'of another')
    expect((await idsOfPages(messages.ofPerson('ana', {}))).sort()).toEqual(['m1', 'm2', 'r-m1'])
    // Whatever the clock said: m2 was received long after m1.
    expect((await idsOfPages(messages.ofPerson('ana', { spared: ['m2'] }))).sort()).toEqual(['m1', 'r-m1'])
    // An answer stays with what it answers.
    expect((await idsOfPages(messages.ofPerson('ana', { spared: ['m1'] }))).sort()).toEqual(['m2'])
    await store.personal.erase('ana', { spared: ['m1'] })
    expect((await idsOfPages(messages.ofPerson('ana', {}))).sort()).toEqual(['m1', 'r-m1'])
    expect(await idsOfPages(messages.ofPerson('nobody', {}))).toEqual([])
  })

  test('more messages of a person than fit into one page come each once', async () => {
    const ids = Array.from({ length: 1200 }, (_, n) => `m${n}`)
    for (const id of ids) await say(id, ANA, id)
    const found = await idsOfPages(messages.ofPerson('ana', {}))
    expect(found).toHaveLength(ids.length)
    expect(new Set(found)).toEqual(new Set(ids))
  })

  test('what a person last said is told of one scope, without the request itself and the words of others', async () => {
    await say('m1', ANA, 'first')
    await say('m2', ANA, 'second', { received_at: 1 })
    await answer('m2', ANA, 7)
    await say('m3', GROUP, 'elsewhere')
    await say('m4', GROUP, 'of another', { person_id: 'ben' })
    expect(await messages.last(ANA, 'ana', undefined)).toMatchObject({ message_id: 'm2' })
    expect(await messages.last(ANA, 'ana', 'm2')).toMatchObject({ message_id: 'm1' })
    expect(await messages.last(GROUP, 'ana', undefined)).toMatchObject({ message_id: 'm3' })
    expect(await messages.last(BEN, 'ana', undefined)).toBeUndefined()
  })

  test('what is imported later was said before: it is neither the last message nor among the newest', async () => {
    await say('m1', ANA, 'first')
    await say('m2', ANA, 'second')
    const [spoken] = await messages.get(['m1'])
    const imported = [1, 4].map(
      sent_at => ({ ...spoken!, message_id: `i${sent_at}`, kind: 'imported', sent_at }) as const,
    )
    expect(await opened.store.imports.add(imported)).toBe(2)
    expect(await messages.last(ANA, 'ana', undefined)).toMatchObject({ message_id: 'm2' })
    expect(idsOf(await messages.recent(ANA, 'ana', 3))).toEqual(['m2', 'm1', 'i4'])
  })

  test('a session is told of in its order, and replies by what they answer', async () => {
    for (const [id, scope] of [
      ['m1', ANA],
      ['m2', ANA],
      ['m3', BEN],
    ] as const)
      await say(id, scope, id)
    await store.history.assign(`s-${ANA}`, ['m2', 'm1'])
    for (const [id, scope] of [
      ['m1', ANA],
      ['m2', ANA],
      ['m3', BEN],
    ] as const)
      await answer(id, scope, 7)
    expect(idsOf(await messages.inSession(`s-${ANA}`))).toEqual(['m1', 'm2', 'r-m1', 'r-m2'])
    expect(await messages.inSession('unknown')).toEqual([])
    expect(idsOf(await messages.repliesTo(['m1', 'm3', 'unknown'])).sort()).toEqual(['r-m1', 'r-m3'])
    expect(await messages.repliesTo(['m1'])).toMatchObject([{ role: 'assistant', text: 'answer to m1' }])
    expect(await messages.repliesTo([])).toEqual([])
    expect(await messages.answeredBy('r-m2')).toEqual(['m2'])
    expect(await messages.answeredBy('m2')).toEqual([])
  })

  test('all messages of one scope are listed, in the order in which they came', async () => {
    for (const [n, [id, scope]] of (
      [
        ['m1', ANA],
        ['m2', ANA],
        ['m3', BEN],
        ['m4', ANA],
      ] as const
    ).entries()) {
      await say(id, scope, id)
      await answer(id, scope, 100 + n)
    }
    expect(await idsOfPages(messages.ofScope(ANA))).toEqual(['m1', 'r-m1', 'm2', 'r-m2', 'm4', 'r-m4'])
    expect(await idsOfPages(messages.ofScope(BEN))).toEqual(['m3', 'r-m3'])
  })

  test('words that are erased are gone with the reply on its way to them, and cannot come back', async () => {
    await say('m1', ANA, 'secret')
    await say('m2', ANA, 'kept')
    await store.history.assign('s1', ['m1'])
    await store.history.assign('s2', ['m2'])
    const reply = replyTo('m1', ANA, 7, 'the secret, again')
    await store.outbox.intend(reply, [reply.text])
    await store.outbox.conclude(reply, 0, { state: 'held', message_id: undefined, at: 8 })
    expect(await store.outbox.held()).toHaveLength(1)
    expect(await messages.eraseMessages(['m1', 'unknown'])).toBe(1)
    expect(await messages.get(['m1'])).toEqual([])
    expect(await store.outbox.held()).toEqual([])
    expect((await store.inbox.open()).map(each => each.message_id)).toEqual(['m2'])
    expect(await changeLog.changedSessions()).toMatchObject([{ session_id: 's1' }])
    expect(await store.inbox.known(['m1'])).toEqual(new Set(['m1']))
    await say('m1', ANA, 'secret')
    expect(await messages.get(['m1', 'm2'])).toMatchObject([{ message_id: 'm2' }])
    expect(await messages.eraseMessages(['m1'])).toBe(0)
  })

  test('a reply that is erased takes along what was thought of it, and leaves what it answers', async () => {
    await say('m1', ANA, 'question')
    await answer('m1', ANA, 7)
    await store.history.rate({ message_id: 'r-m1', person_id: 'ana', value: 1, at: 8 })
    expect((await store.traffic.counts()).ratings).toEqual({ up: 1, down: 0 })
    expect(await messages.eraseMessages(['r-m1'])).toBe(1)
    expect((await store.traffic.counts()).ratings).toEqual({ up: 0, down: 0 })
    expect(idsOf(await messages.get(['m1', 'r-m1']))).toEqual(['m1'])
    expect((await store.inbox.open()).map(each => each.message_id)).toEqual([])
  })

  test('more than goes in one transaction is erased to the last, and stays so over a restart', async () => {
    const ids = Array.from({ length: 450 }, (_, n) => `m${n}`)
    for (const id of [...ids, 'kept']) await say(id, ANA, id)
    expect(await messages.eraseMessages(ids)).toBe(ids.length)
    opened.restart()
    ;({ messages, store, changeLog } = opened.store)
    expect(idsOf(await messages.get([...ids, 'kept']))).toEqual(['kept'])
  })

  test('the last message of a scope is never one of another, however scopes are spelt', async () => {
    for (const [n, scope] of hostileScopes.entries()) await say(`m${n}`, scope, 'a red car', { person_id: 'one' })
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await messages.last(scope, 'one', undefined)).toMatchObject({ message_id: `m${n}` })
      expect(await messages.last(scope, 'one', `m${n}`)).toBeUndefined()
    }
  })
})
