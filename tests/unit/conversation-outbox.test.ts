import { beforeEach, expect, test } from '@jest/globals'
import { createConsoleChannel } from '../../src/channels/console/console-channel.ts'
import type { Channel, Delivery } from '../../src/channels/channel.ts'
import { ReplyAddresses } from '../../src/conversation/outbox/reply-addresses.ts'
import { ChannelOutbox, type Outbox } from '../../src/conversation/outbox.ts'
import type { ResendReason } from '../../src/conversation/outbox/held-reply-sender.ts'
import type { PacedText } from '../../src/conversation/pacing/pacer.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MessageStore } from '../../src/messages/message-store.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { noChanges } from '../support/no-changes.ts'
import { TestChannel } from '../support/test-channel.ts'
import { testSetAside } from '../support/test-set-aside.ts'

const ANA = '15550001@c.us'
const BEN = '15550002@c.us'
const REFUSED = { outcome: 'not_sent', reason: 'not linked' } as const
/** Longer than all attempts with their waits. */
const ALL_ATTEMPTS_MS = 20_000
/** A reply of three messages. */
const LONG = ['a', 'b', 'c'].map(letter => `${letter} `.repeat(1900).trim()).join('\n\n')

let clock: FakeClock
let channel: TestChannel
let messages: MessageStore
let outbox: Outbox
let paced: PacedText[]
let delayed: Set<string>
let stop: AbortController
let other: Channel | undefined

/** A process of its own, on the data that are there. */
const startOutbox = (): void => {
  stop = new AbortController()
  paced = []
  outbox = new ChannelOutbox({
    messages,
    setAside: testSetAside(),
    clock,
    logger: silentLogger,
    metrics: createMetrics(),
    stopping: stop.signal,
    addresses: new ReplyAddresses({ people: { find: async () => undefined } }),
    channelOf: chat_id => [channel, other].find(each => each?.serves(chat_id)),
    pacer: {
      waitForPace: async text => {
        paced.push(text)
      },
    },
    holding: { delay: async ({ chat_id }) => delayed.has(chat_id), useless_after_ms: DAY_MS },
  })
}

beforeEach(async () => {
  clock = new FakeClock()
  channel = new TestChannel()
  other = undefined
  delayed = new Set()
  messages = createSqliteMessageStore(new Database(':memory:', messageMigrations))
  startOutbox()
  for (const chat_id of [ANA, BEN]) await hear(chat_id)
})

const hear = async (chat_id: string): Promise<void> => {
  const sender = { identities: [{ kind: 'phone', value: '15550001' }] } as const
  await messages.inbox.receive({
    message: {
      message_id: `from ${chat_id}`,
      chat_id,
      chat_kind: 'direct',
      sender,
      text: 'hello',
      sent_at: clock.now(),
      addressed: true,
      may_continue: true,
    },
    person_id: 'ana',
    scope: 'person:ana',
    received_at: clock.now(),
    state: 'received',
    tokens: 1,
  })
}

/** A channel can send again, or a reason to wait is over. */
const sendHeld = async (reason: ResendReason = 'reconnected'): Promise<void> => {
  for (const { chat_id } of await outbox.held()) await outbox.sendHeld(chat_id, reason)
}

/** A reply that was tried as often as it is and did not go out. */
const hold = async (text: string, options: Partial<Reply> = {}): Promise<void> => {
  channel.outcomes.push(...Array.from({ length: 5 }, () => REFUSED))
  void outbox.deliver(replyOf(text, options))
  await allAttempts()
}

/** Lets time pass until nothing is tried any more. */
const allAttempts = async (): Promise<void> => {
  await clock.advance(0)
  await clock.advance(ALL_ATTEMPTS_MS)
}

let number = 0
const replyOf = (text: string, options: Partial<Reply> = {}): Reply => {
  const chat_id = options.chat_id ?? ANA
  return {
    outbox_id: `out-${String(++number)}`,
    chat_id,
    chat_kind: 'direct',
    scope: 'person:ana',
    person_id: 'ana',
    answers: [`from ${chat_id}`],
    text,
    tokens: 2,
    session_id: 's1',
    keep: true,
    created_at: clock.now(),
    ...options,
  }
}

/** First letters of what reached the phone. */
const arrived = (): string => channel.sent.map(each => each.text.charAt(0)).join('')

test('a reply is written as a phone shows it, and kept as it was written', async () => {
  const message_id = await outbox.deliver(replyOf('**Hello** Ana'))
  expect(channel.sent).toMatchObject([{ chat_id: ANA, text: '*Hello* Ana' }])
  expect(await messages.history.ofSession('s1')).toMatchObject([{ message_id, text: '**Hello** Ana' }])
})

test('a terminal gets a reply as it was written, whole and at once', async () => {
  const terminal = createConsoleChannel({ clock, ids: fakeIds(), whenIdle: async () => undefined })
  await terminal.start({ ...noChanges, message: async () => undefined, ready: () => undefined })
  other = terminal
  await hear('console:1')
  const text = `**Hello**\n\n${LONG}`
  await outbox.deliver(replyOf(text, { chat_id: 'console:1' }))
  expect(paced).toEqual([])
  expect(await terminal.say({ phone: '1', text: 'hi' })).toEqual([text])
})

test('nobody is written to who has never written to us', async () => {
  const reply = replyOf('buy this', { chat_id: '15559999@c.us', answers: [] })
  await expect(outbox.deliver(reply)).rejects.toMatchObject({ code: 'forbidden' })
  expect(channel.sent).toEqual([])
  expect((await messages.traffic.counts()).outbox).toEqual({ intended: 0, sent: 0, unconfirmed: 0, held: 0, failed: 0 })
})

test('no part of a reply that needs no typing waits for it', async () => {
  await outbox.deliver(replyOf(LONG))
  expect(paced.map(each => each.since)).toEqual([undefined, undefined, undefined])
})

test('a long reply goes out in parts, in order, each in its turn, and is kept once', async () => {
  const began = clock.monotonic() - 5000
  const message_id = await outbox.deliver(replyOf(LONG), began)
  expect(arrived()).toBe('abc')
  expect(channel.sent.map(each => each.text).join('\n\n')).toBe(LONG)
  expect(paced).toEqual([
    { chat_id: ANA, characters: 3799, since: began },
    { chat_id: ANA, characters: 3799, since: clock.monotonic() },
    { chat_id: ANA, characters: 3799, since: clock.monotonic() },
  ])
  expect(await messages.history.ofSession('s1')).toMatchObject([{ message_id, text: LONG }])
  expect((await messages.traffic.counts()).inbox.answered).toBe(1)
})

test('only the first part of a reply in a group quotes who asked', async () => {
  const chat_id = '120363000000000001@g.us'
  await hear(chat_id)
  await outbox.deliver(replyOf(LONG, { chat_id, chat_kind: 'group' }))
  expect(channel.sent.map(each => each.reply_to)).toEqual([`from ${chat_id}`, undefined, undefined])
})

test('an unconfirmed part is not repeated, and keeps no other part back', async () => {
  channel.outcomes.push({ outcome: 'unconfirmed', reason: 'no acknowledgement' })
  await outbox.deliver(replyOf(LONG))
  await sendHeld()
  expect(arrived()).toBe('bc')
  expect((await messages.traffic.counts()).inbox.unconfirmed).toBe(1)
  expect(await messages.history.ofSession('s1')).toHaveLength(1)
})

test('a part that certainly does not go out is tried again, then held with those behind it', async () => {
  channel.outcomes.push({ outcome: 'sent', message_id: 'wa-a' }, ...Array.from({ length: 5 }, () => REFUSED))
  const delivered = outbox.deliver(replyOf(LONG))
  await allAttempts()
  // Its beginning was read: it belongs to the conversation already.
  expect(await delivered).toBe('wa-a')
  expect(arrived()).toBe('a')
  await sendHeld()
  await sendHeld()
  expect(arrived()).toBe('abc')
  expect((await messages.traffic.counts()).inbox.answered).toBe(1)
  expect(await messages.history.ofSession('s1')).toMatchObject([{ message_id: 'wa-a', text: LONG }])
})

test('becoming ready twice at once sends what was held once', async () => {
  channel.outcomes.push(...Array.from({ length: 5 }, () => REFUSED))
  const delivered = outbox.deliver(replyOf('hello'))
  await allAttempts()
  expect(await delivered).toBeUndefined()
  await Promise.all([sendHeld(), sendHeld(), sendHeld()])
  expect(channel.sent).toHaveLength(1)
})

test('becoming ready while a reply is being tried again does not send it twice', async () => {
  channel.outcomes.push(REFUSED)
  const delivered = outbox.deliver(replyOf('hello'))
  await clock.advance(0)
  const held = sendHeld()
  await allAttempts()
  await Promise.all([delivered, held])
  expect(channel.sent).toHaveLength(1)
})

test('in one chat one reply goes out after the other; other chats do not wait', async () => {
  const hold = Promise.withResolvers<Delivery>()
  const begun = Promise.withResolvers<undefined>()
  channel.outcomes.push(async () => {
    begun.resolve(undefined)
    return await hold.promise
  })
  const first = outbox.deliver(replyOf(LONG))
  const second = outbox.deliver(replyOf('x second'))
  await begun.promise
  await outbox.deliver(replyOf('y of Ben', { chat_id: BEN }))
  await clock.advance(0)
  expect(arrived()).toBe('y')
  hold.resolve({ outcome: 'sent', message_id: 'wa-a' })
  await Promise.all([first, second])
  expect(arrived()).toBe('yabcx')
})

test.each([
  ['before anything was begun', 0, 'abc'],
  ['while the first part was on its way', 1, 'bc'],
  ['while the second part was on its way', 2, 'ac'],
  ['while the last part was on its way', 3, 'ab'],
])('when the process dies %s, the rest goes out exactly once after the start', async (_when, sends, expected) => {
  if (sends === 0) {
    await messages.outbox.intend(replyOf(LONG), LONG.split('\n\n'))
  } else {
    // The process dies in the middle of this send: nothing is heard of it any more.
    channel.outcomes.push(
      ...Array.from({ length: sends - 1 }, (_, n) => async () => {
        channel.sent.push({ chat_id: ANA, text: LONG.split('\n\n')[n] ?? '' })
        return { outcome: 'unconfirmed', reason: 'taken down by hand' } as const
      }),
      () => new Promise<Delivery>(() => undefined),
    )
    void outbox.deliver(replyOf(LONG))
    await clock.advance(0)
  }
  for (let starts = 0; starts < 2; starts++) {
    startOutbox()
    await outbox.recover()
    await sendHeld()
  }
  expect(arrived()).toBe(expected)
  expect(await messages.history.ofSession('s1')).toHaveLength(1)
  expect(await messages.inbox.open()).toMatchObject([{ chat_id: BEN }])
})

test('what is held and may not be written down goes out while the process lives, and is asked for again after it', async () => {
  channel.outcomes.push(...Array.from({ length: 10 }, () => REFUSED))
  for (const chat_id of [ANA, BEN]) {
    void outbox.deliver(replyOf('hello', { chat_id, keep: false, session_id: undefined }))
  }
  await allAttempts()
  delayed.add(BEN)
  await sendHeld()
  expect(channel.sent).toMatchObject([{ chat_id: ANA }])
  startOutbox()
  await outbox.recover()
  await sendHeld()
  expect(channel.sent).toHaveLength(1)
  expect(await messages.inbox.open()).toMatchObject([{ chat_id: BEN }])
})

test('what is held for a chat in its quiet hours or a pause goes out when that is over, once', async () => {
  await hold('hello')
  delayed.add(ANA)
  await sendHeld()
  await sendHeld('resumed')
  expect(channel.sent).toEqual([])
  expect(outbox.waits).toBe(true)
  delayed.clear()
  await sendHeld('resumed')
  await sendHeld('resumed')
  expect(channel.sent).toHaveLength(1)
  expect(outbox.waits).toBe(false)
})

test('the end of a pause takes up only what the pause kept back, and gives nothing up', async () => {
  await hold('x waits for a channel', { chat_id: BEN })
  await hold('a')
  await sendHeld('resumed')
  expect(arrived()).toBe('')
  delayed.add(ANA)
  await outbox.sendHeld(ANA, 'reconnected')
  delayed.clear()
  channel.outcomes.push(REFUSED)
  await sendHeld('resumed')
  expect((await messages.traffic.counts()).outbox).toMatchObject({ held: 2, failed: 0 })
  await sendHeld()
  expect(arrived()).toBe('xa')
})

test('what does not go out after a reconnect either is given up, told, and not answered anew', async () => {
  for (const text of ['a', 'b']) await hold(text)
  channel.outcomes.push(...Array.from({ length: 5 }, () => REFUSED))
  const tried = sendHeld()
  await allAttempts()
  await tried
  expect(arrived()).toBe('b')
  expect(await messages.traffic.counts()).toMatchObject({
    inbox: { failed: 1, received: 1 },
    outbox: { failed: 1, sent: 1, held: 0 },
  })
  startOutbox()
  await outbox.recover()
  await sendHeld()
  expect(arrived()).toBe('b')
  expect(await messages.inbox.open()).toMatchObject([{ chat_id: BEN }])
})

test('a reply that was given up shows until one goes out', async () => {
  await hold('a')
  channel.outcomes.push(...Array.from({ length: 5 }, () => REFUSED))
  const tried = sendHeld()
  await allAttempts()
  await tried
  expect(await outbox.health()).toMatchObject({ state: 'degraded', detail: expect.stringMatching(/given up.*: 1\./) })
  await outbox.deliver(replyOf('b'))
  expect(await outbox.health()).toMatchObject({ state: 'ok' })
})

test('a dead chat shows, with the reason, while other chats are well', async () => {
  const dead = { outcome: 'not_sent', reason: 'No LID for user', refused: 'before_acceptance' } as const
  channel.outcomes.push(...Array.from({ length: 5 }, () => dead))
  void outbox.deliver(replyOf('a'))
  await allAttempts()
  await outbox.deliver(replyOf('b', { chat_id: BEN }))
  const { state, detail } = await outbox.health()
  expect(state).toBe('degraded')
  expect(detail).toContain(`Replies to ${ANA} do not go out: No LID for user`)
  await sendHeld()
  expect(arrived()).toBe('ba')
  expect(await outbox.health()).toMatchObject({ state: 'ok' })
})

test('a chat in which nothing is confirmed shows while replies to others are', async () => {
  for (let reply = 0; reply < 3; reply++) {
    channel.outcomes.push({ outcome: 'unconfirmed', reason: 'no answer' })
    await outbox.deliver(replyOf('a'))
    await outbox.deliver(replyOf('b', { chat_id: BEN }))
  }
  expect(await outbox.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining(ANA) })
})

test('a message that was refused is ours when the channel lists it later, and the next attempt is sent', async () => {
  channel.outcomes.push({
    outcome: 'not_sent',
    reason: 'refused',
    refused: 'after_acceptance',
    message_id: 'refused-1',
  })
  const delivering = outbox.deliver(replyOf('a'))
  await allAttempts()
  await delivering
  expect(arrived()).toBe('a')
  const origin = async (message_id: string) =>
    await messages.inbox.originOf({ message_id, chat_id: ANA, sent_at: clock.now() })
  expect(await origin('refused-1')).toBe('ours')
  expect(await origin(channel.sentIds[0] ?? '')).toBe('ours')
  expect(await origin('by the owner')).toBe('new')
})

test('a reply of which a part went out and the rest never did is given up as failed', async () => {
  channel.outcomes.push({ outcome: 'sent', message_id: 'wa-a' }, ...Array.from({ length: 10 }, () => REFUSED))
  void outbox.deliver(replyOf(LONG))
  await allAttempts()
  const tried = sendHeld()
  await allAttempts()
  await tried
  await sendHeld()
  expect(arrived()).toBe('a')
  expect(await messages.traffic.counts()).toMatchObject({ inbox: { failed: 1 }, outbox: { failed: 1, held: 0 } })
})

test('what was held for longer than an answer is of use is given up without another try', async () => {
  await hold('a')
  await clock.advance(DAY_MS + 1)
  await sendHeld()
  expect(channel.sent).toEqual([])
  expect((await messages.traffic.counts()).outbox).toMatchObject({ failed: 1, held: 0 })
})

test('what is held is tried as often as a new reply when a channel can send, and what comes after it waits', async () => {
  for (const text of ['a', 'b']) await hold(text)
  channel.outcomes.push(REFUSED)
  const tried = sendHeld()
  await clock.advance(0)
  expect(arrived()).toBe('')
  await allAttempts()
  await tried
  expect(arrived()).toBe('ab')
})

test('three unconfirmed parts of one reply are one unconfirmed reply; three replies in a row are an alert', async () => {
  const doubt = { outcome: 'unconfirmed', reason: 'no acknowledgement' } as const
  const deliver = async (text: string, unconfirmed: number): Promise<string> => {
    channel.outcomes.push(...Array.from({ length: unconfirmed }, () => doubt))
    await outbox.deliver(replyOf(text))
    return (await outbox.health()).state
  }
  expect(await deliver(LONG, 3)).toBe('ok')
  expect(await deliver('hello', 1)).toBe('ok')
  expect(await deliver('hello', 1)).toBe('degraded')
  expect(await deliver('hello', 0)).toBe('ok')
})

test('a held reply whose sending is cut by a link with another account goes on waiting', async () => {
  let linked = 'old'
  Object.assign(channel, { account: { linked, sendsAs: (account: string) => account === linked } })
  await hold('Rex')
  channel.outcomes.push(async () => {
    linked = 'new'
    return REFUSED
  })
  void sendHeld()
  await allAttempts()
  expect(await messages.outbox.held()).toHaveLength(1)
  expect((await outbox.health()).detail).toMatch(/^Not sent: another WhatsApp account was linked\./)
  linked = 'old'
  await sendHeld()
  expect(channel.sent.map(({ text }) => text)).toEqual(['Rex'])
})
