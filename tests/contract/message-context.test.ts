import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MessageContext } from '../../src/messages/message-context.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageContext } from '../../src/messages/sqlite/sqlite-message-context.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { sayAll, type Said } from '../support/said.ts'

interface Subject {
  readonly turns: MessageContext
  say(...said: readonly Said[]): void
  edit(message_id: string, text: string): Promise<unknown>
  remove(message_id: string): Promise<unknown>
  merge(from: string, to: string): Promise<void>
  assign(session_id: string, message_id: string): Promise<void>
}

const subjects: Record<string, () => Subject> = {
  sqlite: () => {
    const database = new Database(':memory:', messageMigrations)
    const store = createSqliteMessageStore(database)
    return {
      turns: createSqliteMessageContext(database),
      say: (...said) => sayAll(database, said),
      edit: (message_id, text) => store.history.edit(message_id, text, 1),
      remove: message_id => store.history.remove(message_id, 0),
      merge: (from, to) => store.personal.reassign(from, to),
      assign: (session_id, message_id) => store.history.assign(session_id, [message_id]),
    }
  },
}

for (const [name, open] of Object.entries(subjects)) {
  test(`${name}: messages of persons come in their order, without commands and replies`, async () => {
    const { turns, say } = open()
    say(
      { message_id: '1', text: 'hello' },
      { message_id: '2', text: 'hi there', role: 'assistant' },
      { message_id: '3', text: '  /reset' },
      { message_id: '4', text: '/עזרה' },
      { message_id: '5', text: '1/2 of it', scope: 'chat:g' },
    )
    const first = await turns.inOrder(0, 3)
    expect(first.messages.map(each => each.message.message_id)).toEqual(['1'])
    const second = await turns.inOrder(first.reached!, 3)
    expect(second.messages.map(each => each.message)).toMatchObject([{ message_id: '5', scope: 'chat:g' }])
    expect(await turns.inOrder(second.reached!, 3)).toEqual({ messages: [], reached: undefined })
    expect(await turns.count()).toBe(2)
    expect(await turns.scopesOf(['1', '2', '3', '5', 'x'])).toEqual(
      new Map([
        ['1', 'person:a'],
        ['5', 'chat:g'],
      ]),
    )
  })

  test(`${name}: a message comes with what was said around it in its session, never with another scope's`, async () => {
    const { turns, say } = open()
    say(
      { message_id: '1', text: 'one' },
      { message_id: '2', text: 'two', role: 'assistant' },
      { message_id: '3', text: '/status' },
      { message_id: '4', text: 'four', sender_name: 'Dana' },
      { message_id: '5', text: 'five' },
      { message_id: '6', text: 'six', session_id: 'another' },
      { message_id: '7', text: 'seven', scope: 'person:b', session_id: 'session of person:a' },
      { message_id: '8', text: 'eight' },
    )
    const [found] = await turns.inContext('person:a', ['4'], 2)
    expect(found!.message).toMatchObject({ text: 'four', sender_name: 'Dana' })
    expect(found!.before.map(each => each.text)).toEqual(['one', 'two'])
    expect(found!.after.map(each => each.text)).not.toContain('seven')
    expect(found!.after[0]!.text).toBe('five')
    expect(await turns.inContext('person:b', ['4'], 2)).toEqual([])
    expect(await turns.inContext('person:a', ['6'], 2)).toMatchObject([{ before: [], after: [] }])
  })

  test(`${name}: neighbours are the persons' messages beside a place in a session, also when its message is gone`, async () => {
    const { turns, say, remove } = open()
    say(...['1', '2', '3', '4', '5'].map(message_id => ({ message_id, text: `text ${message_id}` })))
    say({ message_id: '6', text: 'an answer', role: 'assistant' }, { message_id: '7', text: '/status' })
    await remove('4')
    const place = { session_id: 'session of person:a', seq: 4 }
    expect(await turns.neighbours(place, 1)).toEqual(['3', '5'])
    expect(await turns.neighbours(place, 2)).toEqual(['3', '2', '5'])
    expect(await turns.neighbours({ ...place, session_id: undefined }, 2)).toEqual([])
  })

  test(`${name}: a message that joins another person's is in their scope`, async () => {
    const { turns, say, merge, assign } = open()
    say({ message_id: '1', text: 'one', session_id: null })
    await assign('s', '1')
    await merge('a', 'b')
    expect(await turns.scopesOf(['1'])).toEqual(new Map([['1', 'person:b']]))
  })
}

test('what its person wants nobody to learn from is neither a turn nor a context, from then on or from the first', async () => {
  const database = new Database(':memory:', messageMigrations)
  const turns = createSqliteMessageContext(database)
  sayAll(
    database,
    ['1', '2', '3'].map(message_id => ({ message_id, text: `text ${message_id}` })),
  )
  database.run(`update messages set learning_opt_out = 1 where message_id = '2'`)
  expect((await turns.inOrder(0, 10)).messages.map(each => each.message.message_id)).toEqual(['1', '3'])
  expect((await turns.inContext('person:a', ['1'], 2))[0]!.after.map(each => each.message_id)).toEqual(['3'])
  expect(await turns.neighbours({ session_id: 'session of person:a', seq: 2 }, 1)).toEqual(['1', '3'])
})
