// WhatsApp moves a chat from a phone number to a LID, or back: it stays the same chat with the same messages.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { BackfilledChat, OwnerMessage } from '../../src/channels/channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import type { Identity } from '../../src/people/person.ts'
import { TestDenidin } from '../support/denidin.ts'

const PHONE = '15550001111@c.us'
const LID = '777000111222333@lid'
const GROUP = '120363000000000001@g.us'
const BOTH: readonly Identity[] = [
  { kind: 'lid', value: '777000111222333' },
  { kind: 'phone', value: '15550001111' },
]
const BY_PHONE: readonly Identity[] = [{ kind: 'phone', value: '15550001111' }]

let denidin: TestDenidin
let stanzas = 0

beforeEach(async () => {
  denidin = await TestDenidin.start({ memory: { longterm: { enabled: false } } })
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const message = (text: string, chat_id: string, more: Partial<IncomingMessage> = {}): IncomingMessage => ({
  message_id: `false_${chat_id}_3EB0${String(++stanzas)}`,
  chat_id,
  chat_kind: chat_id === GROUP ? 'group' : 'direct',
  sender: { identities: BOTH },
  text,
  sent_at: denidin.clock.now(),
  addressed: true,
  may_continue: true,
  ...more,
})

const deliver = async (said: IncomingMessage): Promise<readonly string[]> => {
  const before = denidin.channel.sent.length
  await denidin.channel.events.message(said)
  for (const chat_id of [PHONE, LID, GROUP]) await denidin.app.conversation.whenIdle(chat_id)
  return denidin.channel.sent.slice(before).map(each => `${each.chat_id}: ${each.text}`)
}

/** The next message of ours goes out under this id. */
const sendAs = (message_id: string): void => {
  denidin.channel.outcomes.push(async ({ chat_id, text }) => {
    denidin.channel.sent.push({ chat_id, text })
    return { outcome: 'unconfirmed', reason: 'told below', message_id }
  })
}

const at = (said: IncomingMessage, chat_id: string): IncomingMessage => ({
  ...said,
  chat_id,
  message_id: said.message_id.replace(said.chat_id, chat_id),
})

const ours = (message_id: string, chat_id: string, text: string): OwnerMessage => ({
  message_id,
  chat_id,
  chat_kind: chat_id === GROUP ? 'group' : 'direct',
  other: chat_id === GROUP ? undefined : { identities: BOTH },
  text,
  sent_at: denidin.clock.now(),
})

const backfill = async (chat_id: string, ...said: BackfilledChat['said']): Promise<void> => {
  await denidin.channel.events.backfilled({ chat_id, said, until: denidin.clock.now() })
  for (const each of [PHONE, LID, GROUP]) await denidin.app.conversation.whenIdle(each)
}

const kept = async (): Promise<number> => (await denidin.app.traffic()).messages

test.each<[string, string, string, readonly Identity[]]>([
  ['from a number to a LID', PHONE, LID, BOTH],
  ['from a LID to a number', LID, PHONE, BOTH],
  ['from a number to a LID that nobody knew before', PHONE, LID, BY_PHONE],
])('a chat that moves %s is not stored twice, and our replies stay ours', async (_how, from, to, known) => {
  const cat = message('my cat is Tom', from, { sender: { identities: known } })
  sendAs(`true_${from}_OWN1`)
  expect(await deliver(cat)).toEqual([`${from}: You said: my cat is Tom`])
  await backfill(
    to,
    { by: 'person', message: at({ ...cat, sender: { identities: BOTH } }, to) },
    { by: 'account', message: ours(`true_${to}_OWN1`, to, 'You said: my cat is Tom') },
  )
  expect(await kept()).toBe(2)
  const question = message('who is my cat?', to)
  expect(await deliver(question)).toEqual([`${to}: You said: who is my cat?`])
  expect(denidin.lastRequest()).toContain('user: my cat is Tom')
  expect((await denidin.channel.events.recordedUntil([from, to])).size).toBe(2)
})

test('an address of which nothing is known moves nothing either', async () => {
  const cat = message('my cat is Tom', PHONE, { sender: { identities: BY_PHONE } })
  sendAs(`true_${PHONE}_OWN1`)
  await deliver(cat)
  const unknown = { identities: [{ kind: 'lid', value: '777000111222333' }] } as const
  await backfill(
    LID,
    { by: 'person', message: { ...at(cat, LID), sender: unknown } },
    { by: 'account', message: { ...ours(`true_${LID}_OWN1`, LID, 'You said: my cat is Tom'), other: unknown } },
  )
  expect(await kept()).toBe(2)
  expect(await deliver(message('hello?', LID, { sender: unknown }))).toEqual([`${LID}: You said: hello?`])
})

test('edits, deletions and thumbs that name a message by another address find it', async () => {
  const cat = message('my cat is Tom', PHONE)
  sendAs(`true_${PHONE}_OWN1`)
  await deliver(cat)
  await denidin.channel.events.edited({ message_id: at(cat, LID).message_id, text: 'my cat is Rex' })
  await deliver(message('hello?', PHONE))
  expect(denidin.lastRequest()).toContain('my cat is Rex')
  const reaction = { message_id: `true_${LID}_OWN1`, sender: { identities: BOTH }, emoji: '👍', at: 1 }
  await denidin.channel.events.reacted(reaction)
  expect((await denidin.app.traffic()).ratings).toEqual({ up: 1, down: 0 })
  const before = await kept()
  await denidin.channel.events.deleted(`false_15550001111:9@c.us_${cat.message_id.split('_')[2] ?? ''}`)
  expect(await kept()).toBe(before - 1)
})

test('in a group, the author’s address does not matter, and another member’s message is another one', async () => {
  const cat = message('my cat is Tom', GROUP, { message_id: `false_${GROUP}_A_${PHONE}` })
  expect(await deliver(cat)).toHaveLength(1)
  for (const author of [LID, '15550001111:7@c.us', undefined]) {
    const message_id = `false_${GROUP}_A${author === undefined ? '' : `_${author}`}`
    expect(await deliver({ ...cat, message_id })).toEqual([])
  }
  const other = { identities: [{ kind: 'phone', value: '15550002222' }] } as const
  const copy = { ...cat, message_id: `false_${GROUP}_A_15550002222@c.us`, sender: other, text: 'my dog is Rex' }
  expect(await deliver(copy)).toHaveLength(1)
  await denidin.channel.events.deleted(copy.message_id)
  expect(await deliver(message('hello?', GROUP))).toHaveLength(1)
  expect(denidin.lastRequest()).toContain('Tom')
  expect(denidin.lastRequest()).not.toContain('user: Someone: my dog')
})

test('the same message under both addresses at once is answered once', async () => {
  const cat = message('my cat is Tom', PHONE)
  const events = [cat, at(cat, LID), cat].map(each => denidin.channel.events.message(each))
  await Promise.all(events)
  for (const chat_id of [PHONE, LID]) await denidin.app.conversation.whenIdle(chat_id)
  expect(denidin.channel.sent).toHaveLength(1)
})

test('a burst under both addresses is one turn, answered under the last one', async () => {
  await denidin.restart({ memory: { longterm: { enabled: false } }, conversation: { debounce_ms: 150 } })
  const { events } = denidin.channel
  await events.message(message('my cat', PHONE))
  await events.message(message('is Tom', LID))
  await denidin.channel.sentCount(1)
  for (const chat_id of [PHONE, LID]) await denidin.app.conversation.whenIdle(chat_id)
  expect(denidin.channel.sent.map(each => each.chat_id)).toEqual([LID])
})

test('a question that was asked under one address is answered under the other', async () => {
  await deliver(message('my cat is Tom', PHONE))
  await deliver(message('/forget all', PHONE))
  const [answer = ''] = await deliver(message('yes', LID))
  expect(answer).toMatch(/^777000111222333@lid: .*[Ff]orgotten/)
  expect(await kept()).toBe(0)
})

test('messages with one stanza id in the chats of two people are two messages', async () => {
  const mine = message('my cat is Tom', PHONE, { message_id: `false_${PHONE}_SAME`, sender: { identities: BY_PHONE } })
  const theirs = {
    ...mine,
    message_id: 'false_15550002222@c.us_SAME',
    chat_id: '15550002222@c.us',
    sender: { identities: [{ kind: 'phone', value: '15550002222' }] },
  } as const
  await deliver(mine)
  await denidin.channel.events.message(theirs)
  await denidin.app.conversation.whenIdle(theirs.chat_id)
  expect(denidin.channel.sent.map(each => each.chat_id)).toEqual([PHONE, theirs.chat_id])
})
