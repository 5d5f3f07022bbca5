// What a channel reads once more after an absence is passed over by what is known, without any work on it.
import { expect, test } from '@jest/globals'
import type { BackfilledChat } from '../../src/channels/channel.ts'
import { AutomaticReplies } from '../../src/conversation/automatic-replies.ts'
import { Backfill } from '../../src/conversation/backfill.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')
const CHAT = '1203630001@g.us'
const KNOWN = 40

const message = (number: number): IncomingMessage => ({
  message_id: `m${String(number)}`,
  chat_id: CHAT,
  chat_kind: 'group',
  text: `note ${String(number)}`,
  sent_at: NOW + number * SECOND_MS,
  addressed: true,
  may_continue: true,
  sender: { identities: [{ kind: 'phone', value: '15550001' }] },
})

test('of a chat that is read once more only what is new is received, though the process dies each time at its first message', async () => {
  const store = createSqliteMessageStore(new Database(':memory:', messageMigrations))
  const record = async (each: IncomingMessage): Promise<void> => {
    const receipt = { person_id: 'ana', scope: `chat:${CHAT}`, received_at: NOW, state: 'received' } as const
    await store.inbox.receive({ ...receipt, message: each, tokens: undefined })
  }
  for (let number = 1; number <= KNOWN; number++) await record(message(number))
  const all: BackfilledChat['said'] = Array.from({ length: KNOWN + 3 }, (_, index) => ({
    by: 'person',
    message: message(index + 1),
  }))
  const lives: string[][] = []
  const live = async (): Promise<void> => {
    const received: string[] = []
    lives.push(received)
    const receiveAll = async (said: readonly IncomingMessage[]): Promise<void> => {
      const [first] = said
      if (first === undefined) return
      received.push(...said.map(each => each.message_id))
      await record(first)
      throw new Error('killed')
    }
    const takeover = { ownerWrote: async () => undefined }
    const backfill = new Backfill({
      messages: store,
      conversation: { receiveAll },
      takeover,
      automatic: new AutomaticReplies(),
    })
    await backfill.backfilled({ chat_id: CHAT, said: all, until: NOW + MINUTE_MS })
  }
  for (let life = 1; life <= 3; life++) await expect(live()).rejects.toThrow('killed')
  expect(lives).toEqual([['m41', 'm42', 'm43'], ['m42', 'm43'], ['m43']])
  expect(await store.inbox.recordedUntil([CHAT])).toEqual(new Map())
  await live()
  expect(await store.inbox.recordedUntil([CHAT])).toEqual(new Map([[CHAT, NOW + MINUTE_MS]]))
})

test('an automatic reply that cannot be recorded keeps nothing else back, and the chat is read again', async () => {
  const store = createSqliteMessageStore(new Database(':memory:', messageMigrations))
  const chat_id = '15550001@c.us'
  const received: string[] = []
  const backfill = new Backfill({
    messages: store,
    conversation: {
      receiveAll: async said => {
        received.push(...said.map(each => `${each.message_id} ${each.addressed ? 'to be answered' : 'answered'}`))
      },
    },
    takeover: { ownerWrote: () => Promise.reject(new Error('the disk is full')) },
    automatic: new AutomaticReplies(),
  })
  const person = (number: number): BackfilledChat['said'][number] => ({
    by: 'person',
    message: { ...message(number), chat_id, chat_kind: 'direct' },
  })
  const text = 'Auto-reply: I am driving'
  const sent_at = NOW + 2 * SECOND_MS
  const reply = { message_id: 'auto', chat_id, chat_kind: 'direct', text, sent_at, other: undefined } as const
  const said: BackfilledChat['said'] = [person(1), { by: 'account', message: reply }, person(3)]
  await expect(backfill.backfilled({ chat_id, said, until: NOW + MINUTE_MS })).rejects.toThrow('the disk is full')
  expect(received).toEqual(['m1 to be answered', 'm3 to be answered'])
  expect(await store.inbox.recordedUntil([chat_id])).toEqual(new Map())
})
