import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CHANGE_CURSORS, type ChangeLog } from '../../src/messages/change-log.ts'
import type { MessageErasure } from '../../src/messages/message-erasure.ts'
import type { Receipt } from '../../src/messages/inbox-store.ts'
import { personOfScope, type Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageErasure } from '../../src/messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'

interface Subject {
  readonly log: ChangeLog
  readonly store: SqliteMessageStore
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

describe.each([
  [
    'sqlite',
    () =>
      sqliteOnDisk(messageMigrations, database => ({
        log: createSqliteChangeLog(database),
        store: createSqliteMessageStore(database),
        forgettable: createSqliteMessageErasure(database),
      })),
  ],
] as const)('change log: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let log: ChangeLog
  let store: SqliteMessageStore

  const say = async (message_id: string, scope: Scope = ANA, text = `text of ${message_id}`): Promise<void> => {
    await store.inbox.receive(receipt(message_id, scope, text))
  }

  const passAll = async (change: number): Promise<void> => {
    for (const cursor of CHANGE_CURSORS) await log.advance(cursor, change)
  }

  const contentIds = async (cursor: 'vectors' | 'learning' = 'vectors', after = 0): Promise<string[]> =>
    (await log.contentChanges(cursor, { after, limit: 100 })).map(each => each.message_id)

  const sessions = async (): Promise<string[]> => (await log.changedSessions()).map(each => each.session_id)

  /** What changed after a change, as `id: text`. */
  const changed = async (after: number): Promise<string[]> =>
    (await log.changes(after, 100)).map(({ message_id, now }) => `${message_id}: ${now?.text ?? 'gone'}`)

  beforeEach(async () => {
    opened = await open()
    ;({ log, store } = opened.store)
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('names the changed messages that a search reads, in the order of the changes, and all that were removed', async () => {
    await say('m1')
    await say('m2', BEN)
    await say('m3')
    const after = async (change: number, scopes: readonly Scope[], person_id?: string) =>
      await log.changedAfter(change, { scopes, person_id })
    expect(await after(0, [ANA])).toEqual(['m1', 'm3'])
    expect(await after(0, [ANA, BEN])).toEqual(['m1', 'm2', 'm3'])
    expect(await after(0, [], 'ben')).toEqual(['m2'])
    expect(await after(0, [ANA], 'ben')).toEqual(['m1', 'm2', 'm3'])
    expect(await after(0, [])).toEqual([])
    const [first] = await log.changes(0, 1)
    expect(await after(first?.change ?? 0, [ANA])).toEqual(['m3'])
    await store.history.remove('m1', 7)
    expect(await after(0, [BEN])).toEqual(['m2', 'm1'])
    expect(await after(await log.latest(), [ANA, BEN], 'ana')).toEqual([])
  })

  test('where nothing was said there is nothing to follow', async () => {
    expect(await log.latest()).toBe(0)
    expect(await log.changes(0, 10)).toEqual([])
    expect(await contentIds()).toEqual([])
    expect(await sessions()).toEqual([])
  })

  test('what came, was changed and went is told of in that order, each message once, in its last form', async () => {
    await say('m1')
    await say('m2')
    await say('m3')
    await store.history.edit('m1', 'edited', 1)
    await store.history.remove('m2', 9)
    expect(await changed(0)).toEqual(['m3: text of m3', 'm1: edited', 'm2: gone'])
  })

  test('what is not a change is not told of: an edit to the same words, a session, a second delivery', async () => {
    await say('m1')
    const latest = await log.latest()
    await store.history.edit('m1', 'text of m1', 3)
    await store.history.assign('s1', ['m1'])
    await store.inbox.settle(['m1'], 'heard', 9)
    await say('m1', ANA, 'other words')
    await store.history.remove('unknown', 9)
    expect(await log.latest()).toBe(latest)
  })

  test('changes are paged, and their numbers grow', async () => {
    for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) await say(id)
    const seen: string[] = []
    let after = 0
    for (;;) {
      const page = await log.changes(after, 2)
      expect(page.length).toBeLessThanOrEqual(2)
      if (page.length === 0) break
      for (const each of page) {
        expect(each.change).toBeGreaterThan(after)
        after = each.change
        seen.push(each.message_id)
      }
    }
    expect(seen).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
    expect(await log.latest()).toBe(after)
  })

  test('changes that every follower has passed are removed, and their numbers not given out again', async () => {
    await say('m1')
    await say('m2')
    const [first] = await log.changes(0, 1)
    await passAll(first!.change)
    expect(await changed(0)).toEqual(['m2: text of m2'])
    const latest = await log.latest()
    await passAll(latest)
    await passAll(latest)
    expect(await changed(0)).toEqual([])
    expect(await log.latest()).toBe(latest)
    opened.restart()
    ;({ log, store } = opened.store)
    await say('m3')
    expect(await changed(latest)).toEqual(['m3: text of m3'])
  })

  test('a merge and an act of forgetting are changes of every message that they touch, and of no other', async () => {
    await say('m1')
    await say('m2', BEN)
    await say('m3', GROUP)
    let latest = await log.latest()
    await store.personal.reassign('ana', 'dana')
    const moved = await log.changes(latest, 10)
    expect(moved.map(({ message_id, now }) => [message_id, now?.scope, now?.person_id])).toEqual(
      expect.arrayContaining([
        ['m1', 'person:dana', 'dana'],
        ['m3', GROUP, 'dana'],
      ]),
    )
    expect(moved).toHaveLength(2)
    latest = await log.latest()
    await opened.store.forgettable.eraseMessages(['m1', 'unknown'])
    expect(await changed(latest)).toEqual(['m1: gone'])
  })

  test('a change comes with the message as it is now', async () => {
    await store.inbox.receive(receipt('m1', GROUP, 'שלום', { learning_opt_out: true }))
    expect(await log.changes(0, 10)).toMatchObject([
      { message_id: 'm1', now: { scope: GROUP, text: 'שלום', kind: 'chat', learning_opt_out: true } },
    ])
  })

  test('changes of content are edits and removals, with session and place', async () => {
    await say('m1')
    await say('m2')
    await store.history.assign('s1', ['m1', 'm2'])
    await store.personal.reassign('ana', 'dana')
    expect(await contentIds()).toEqual([])
    await store.history.edit('m2', '/now a command', 1)
    await store.history.remove('m1', 9)
    const changes = await log.contentChanges('vectors', { after: 0, limit: 10 })
    expect(changes).toEqual([
      { change: changes[0]!.change, message_id: 'm2', session_id: 's1', seq: 2 },
      { change: changes[1]!.change, message_id: 'm1', session_id: 's1', seq: 1 },
    ])
    expect(await contentIds('vectors', changes[0]!.change)).toEqual(['m1'])
    expect((await log.contentChanges('vectors', { after: 0, limit: 1 })).map(each => each.message_id)).toEqual(['m2'])
  })

  test('a message that moves after its content changed is not a second change of content, nor is the first one lost', async () => {
    await say('m1')
    await say('m2')
    await store.history.edit('m1', 'edited', 1)
    await store.history.edit('m2', 'edited', 1)
    const [first] = await log.contentChanges('vectors', { after: 0, limit: 1 })
    await log.advance('vectors', first!.change)
    await store.personal.reassign('ana', 'dana')
    expect(await contentIds('vectors')).toEqual(['m2'])
    expect(await contentIds('learning')).toEqual(['m1', 'm2'])
  })

  test('each follower has a cursor of its own, which never goes back and outlives a restart', async () => {
    await say('m1')
    await store.history.edit('m1', 'edited', 1)
    const latest = await log.latest()
    await log.advance('vectors', latest)
    await log.advance('vectors', 0)
    opened.restart()
    ;({ log, store } = opened.store)
    expect(await contentIds('vectors')).toEqual([])
    expect(await contentIds('learning')).toEqual(['m1'])
    expect(await changed(0)).toEqual(['m1: edited'])
  })

  test('a change stays until the last of its followers has passed it', async () => {
    await say('m1')
    await say('m2')
    await store.history.edit('m2', 'edited', 1)
    const latest = await log.latest()
    await log.advance('full_text', latest)
    // That m1 was added concerns the full-text index alone.
    expect(await changed(0)).toEqual(['m2: edited'])
    await log.advance('learning', latest)
    expect(await contentIds('vectors')).toEqual(['m2'])
    await log.advance('vectors', latest)
    expect(await changed(0)).toEqual(['m2: edited'])
    await log.advance('budget_usage', latest)
    expect(await changed(0)).toEqual([])
  })

  test('sessions that changed come once each by their last change, until learning has passed it', async () => {
    for (const [id, session] of [
      ['m1', 's1'],
      ['m2', 's2'],
      ['m3', 's1'],
    ] as const) {
      await say(id)
      await store.history.assign(session, [id])
    }
    await say('m4')
    for (const id of ['m1', 'm2', 'm3', 'm4']) await store.history.edit(id, 'edited', 1)
    expect(await sessions()).toEqual(['s2', 's1'])
    const [first] = await log.changedSessions()
    await log.advance('learning', first!.change)
    expect(await sessions()).toEqual(['s1'])
    await store.history.remove('m2', 9)
    expect(await sessions()).toEqual(['s1', 's2'])
    await log.advance('learning', await log.latest())
    expect(await sessions()).toEqual([])
  })

  test('relearning can be requested for sessions of which no message changed; other followers see nothing of it', async () => {
    await log.requestRelearning(['s1', 's2', 's1'])
    await log.requestRelearning(['s1'])
    expect(await sessions()).toEqual(['s2', 's1'])
    expect(await log.changes(0, 10)).toEqual([])
    expect(await contentIds()).toEqual([])
    await passAll(await log.latest())
    expect(await sessions()).toEqual([])
  })

  test('what takes messages of a person out of a group is a change of its session', async () => {
    await say('m1', GROUP)
    await store.history.assign('s1', ['m1'])
    await store.personal.erase('ana')
    expect(await sessions()).toEqual(['s1'])
  })
})
