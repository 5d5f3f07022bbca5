/** An exported chat on its way into a conversation. */
import { expect, test } from '@jest/globals'
import { ChatImport } from '../../src/ingest/binding/chat-import.ts'
import { unregisteredNames } from '../../src/messages/member-names.ts'
import type { MessageRecord } from '../../src/messages/message.ts'
import type { Person } from '../../src/people/person.ts'
import { wordCounter } from '../support/memory-rig.ts'

const person = (person_id: string): Person => ({
  person_id,
  name: person_id,
  identities: [],
  role: 'client',
  created_at: 0,
  allowed: false,
})

test('what is forgotten while it is being loaded is not added', async () => {
  const added: MessageRecord[] = []
  const forgotten = new Set<string>()
  const chat = new ChatImport(
    {
      people: { resolve: () => Promise.reject(new Error('not asked for')) },
      messages: {
        saidBetween: async () => [],
        add: async messages => added.push(...messages),
        newest: async () => [],
        holds: async () => true,
      },
      forgotten: { isForgotten: ({ persons = [] }) => persons.some(each => forgotten.has(each)) },
      members: unregisteredNames,
      preferences: {
        of: async () => {
          // Ana forgets everything in her own chat.
          forgotten.add('Ana')
          return { language: undefined, time_zone: undefined, learn: true }
        },
      },
      tokens: wordCounter,
    },
    {
      scope: 'chat:1@g.us',
      chat_id: '1@g.us',
      chat_kind: 'group',
      speakers: new Map(['Ana', 'Ben'].map(name => [name, { is: 'person', person: person(name) }] as const)),
      person: undefined,
      dry_run: false,
    },
  )
  for (const sender of ['Ana', 'Ben']) {
    const entry = { kind: 'said', at: 5, or_at: undefined, line: 1, sender, words: `${sender} sails` } as const
    await chat.add({ ...entry, attachment: undefined, file: undefined, edited: false })
  }
  await chat.flush()
  expect(added.map(({ text }) => text)).toEqual(['Ben sails'])
  expect(chat.counts).toMatchObject({ messages: 2, added: 1, forgotten: 1 })
})
