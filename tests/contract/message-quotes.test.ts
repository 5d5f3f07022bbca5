import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import type { QuotedWords } from '../../src/messages/quote-reader.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageErasure } from '../../src/messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteMessageStore, type SqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'

const GROUP = '1@g.us'
const IN_GROUP: Scope = `chat:${GROUP}`

describe.each([['sqlite', () => new Database(':memory:', messageMigrations)]] as const)('quotes: %s', (_name, make) => {
  let database: Database
  let store: SqliteMessageStore

  beforeEach(() => {
    database = make()
    store = createSqliteMessageStore(database)
  })

  const receive = async (
    person_id: string,
    message: Partial<IncomingMessage> & { readonly message_id: string },
    quoted?: QuotedWords,
    { scope = IN_GROUP, keep = true }: { readonly scope?: Scope; readonly keep?: boolean } = {},
  ): Promise<void> => {
    await store.inbox.receive({
      message: {
        chat_id: GROUP,
        chat_kind: 'group',
        sender: { identities: [], name: person_id },
        text: `text of ${message.message_id}`,
        sent_at: 5,
        addressed: true,
        may_continue: false,
        ...message,
      },
      person_id,
      scope,
      received_at: 6,
      state: 'received',
      tokens: keep ? 3 : undefined,
      quoted,
    })
  }

  const words = (person_id: string, text: string): QuotedWords => ({
    person_id,
    role: 'user',
    sender_name: person_id,
    text,
  })

  const found = async (message_id: string, reply_to: string, scope: Scope = IN_GROUP) =>
    (await store.quotes.of([{ message_id, reply_to, scope }])).get(message_id)

  const copies = (): readonly object[] => database.all('select message_id, person_id, scope, text from message_quotes')

  test('a message that is kept is quoted as it is now, and no copy of it is kept', async () => {
    await receive('dan', { message_id: 'm1', text: 'at eight' })
    await receive('noa', { message_id: 'm2', reply_to: 'm1' }, words('dan', 'forged'))
    expect(await found('m2', 'm1')).toMatchObject({
      state: 'kept',
      message_id: 'm1',
      words: { person_id: 'dan', text: 'at eight' },
    })
    await store.history.edit('m1', 'at nine', 2)
    expect(await found('m2', 'm1')).toMatchObject({ words: { text: 'at nine' } })
    expect(copies()).toEqual([])
  })

  test('of a message that never was, the copy is kept, and only with the text of the message that quotes it', async () => {
    await receive('noa', { message_id: 'm2', reply_to: 'old' }, words('dan', 'at eight'))
    await receive('noa', { message_id: 'm3', reply_to: 'old' }, words('dan', 'at eight'), { keep: false })
    expect(await found('m2', 'old')).toEqual({ state: 'copied', words: words('dan', 'at eight') })
    expect(await found('m3', 'old')).toEqual({ state: 'unknown' })
  })

  test('a message of another scope is not read', async () => {
    await receive('dan', { message_id: 'm1' })
    await receive('noa', { message_id: 'm2', reply_to: 'm1', chat_id: '2@c.us' }, words('dan', 'x'), {
      scope: 'person:noa',
    })
    expect(await found('m2', 'm1', 'person:noa')).toEqual({ state: 'elsewhere', message_id: 'm1' })
    expect(copies()).toEqual([])
  })

  test('a message that was deleted is gone, also for a quote that comes later', async () => {
    await receive('dan', { message_id: 'm1' })
    await store.history.remove('m1', 7)
    await receive('noa', { message_id: 'm2', reply_to: 'm1' }, words('dan', 'text of m1'))
    expect(await found('m2', 'm1')).toEqual({ state: 'gone' })
    expect(copies()).toEqual([])
  })

  test('a part of a reply is the reply, and a notice of the bot is unknown', async () => {
    const reply = {
      chat_id: GROUP,
      chat_kind: 'group',
      scope: IN_GROUP,
      person_id: 'dan',
      answers: [],
      tokens: 3,
      created_at: 6,
    } as const
    const answer = { ...reply, outbox_id: 'o1', text: 'one two', session_id: 's', keep: true }
    await store.outbox.intend(answer, ['one', 'two'])
    for (const part of [0, 1])
      await store.outbox.conclude(answer, part, { state: 'sent', message_id: `p${String(part)}`, at: 7 })
    expect(await found('m2', 'p1')).toMatchObject({ state: 'kept', words: { role: 'assistant', text: 'one two' } })
    const notice = { ...reply, outbox_id: 'o2', text: 'the list', session_id: undefined, keep: false }
    await store.outbox.intend(notice, ['the list'])
    await store.outbox.conclude(notice, 0, { state: 'sent', message_id: 'n0', at: 7 })
    expect(await found('m2', 'n0')).toEqual({ state: 'unknown' })
  })

  test.each([
    ['the person who was quoted', 'dan'],
    ['the person who quoted', 'noa'],
  ])('forgetting %s takes the copy', async (_, person_id) => {
    await receive('noa', { message_id: 'm2', reply_to: 'old' }, words('dan', 'at eight'))
    expect(await store.personal.count(person_id)).toBeGreaterThan(0)
    await store.personal.erase(person_id)
    expect(copies()).toEqual([])
    expect(await store.personal.count(person_id)).toBe(0)
  })

  test('a copy goes with the message that quotes, in whatever way that goes', async () => {
    for (const message_id of ['m1', 'm2'])
      await receive('noa', { message_id, reply_to: 'old' }, words('dan', 'at eight'))
    await createSqliteMessageErasure(database).eraseMessages(['m1'])
    await store.history.remove('m2', 7)
    expect(copies()).toEqual([])
  })

  test('a copy follows its person into the person whom they are merged with', async () => {
    await receive('noa', { message_id: 'm2', reply_to: 'old' }, words('dan', 'at eight'))
    await store.personal.reassign('dan', 'daniel')
    expect(copies()).toMatchObject([{ person_id: 'daniel', scope: IN_GROUP }])
  })

  test('what is quoted of a person, and what came with their messages, is exported', async () => {
    await receive('noa', { message_id: 'm2', reply_to: 'old' }, words('dan', 'at eight'))
    await receive('dan', {
      message_id: 'm3',
      text: '[location: "Center"]',
      details: { forwarded: 'once', attachment: { kind: 'location', name: 'Center' } },
    })
    const exported: object[] = []
    for await (const record of store.personal.export('dan')) exported.push(record)
    expect(exported).toMatchObject([
      { section: 'messages', fields: { text: '[location: "Center"]', forwarded: 'yes' } },
      { section: 'quoted in messages', fields: { text: 'at eight' } },
    ])
    expect(JSON.stringify(exported)).not.toContain('attachment')
  })

  test('details are read as they were recorded, also while an erasure overwrites them', async () => {
    const details = { forwarded: 'often', attachment: { kind: 'voice', seconds: 3 } } as const
    await receive('dan', { message_id: 'm1', details })
    expect((await store.history.current(['m1'])).get('m1')?.details).toEqual(details)
    expect((await store.inbox.open())[0]).toMatchObject({ details })
    expect(await store.history.wasAnswered('dan', details.attachment)).toBe(false)
    await store.inbox.settle(['m1'], 'answered', 7)
    expect(await store.history.wasAnswered('dan', details.attachment)).toBe(true)
    expect(await store.history.wasAnswered('dan', { kind: 'audio' })).toBe(false)
    database.run("update messages set details = '     '")
    expect((await store.history.current(['m1'])).get('m1')?.details).toBeUndefined()
    expect(await store.history.wasAnswered('dan', details.attachment)).toBe(false)
  })
})
