// What was said while nobody listened, and replies that could not go out, through the whole of DeniDin.
import { afterEach, expect, test } from '@jest/globals'
import type { BackfilledChat } from '../../src/channels/channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'

const CHAT = '15550001111@c.us'
const ANA = { identities: [{ kind: 'phone', value: '15550001111' } as const], name: 'Ana' }
const REFUSED = { outcome: 'not_sent', reason: 'not linked' } as const
/** The first attempt and those that follow it. */
const ATTEMPTS = 5
const LONGEST_RETRY_MS = 8 * SECOND_MS

let denidin: TestDenidin

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
  // No test waits for the pauses between two attempts. Rounds that never end keep theirs.
  const { clock } = denidin
  const sleep = clock.sleep.bind(clock)
  clock.sleep = (milliseconds, signal) =>
    milliseconds > LONGEST_RETRY_MS ? sleep(milliseconds, signal) : new Promise(resolve => setImmediate(resolve))
}

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

type Said = BackfilledChat['said'][number]
let number = 0

/** A person said this, so many milliseconds ago. */
const person = (text: string, ago: number, message: Partial<IncomingMessage> = {}): Said => ({
  by: 'person',
  message: {
    message_id: `missed-${String(++number)}`,
    chat_id: CHAT,
    chat_kind: 'direct',
    sender: ANA,
    text,
    sent_at: denidin.clock.now() - ago,
    addressed: true,
    may_continue: true,
    ...message,
  },
})

/** The account wrote this. */
const account = (text: string, ago: number, message_id = `own-${String(++number)}`): Said => ({
  by: 'account',
  message: {
    message_id,
    chat_id: CHAT,
    chat_kind: 'direct',
    other: ANA,
    text,
    sent_at: denidin.clock.now() - ago,
  },
})

/** The channel finds what was said in a chat; resolves when it is dealt with. */
const find = async (...said: readonly Said[]): Promise<void> => {
  await denidin.channel.events.backfilled({ chat_id: CHAT, said, until: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(CHAT)
}

const sent = (): readonly string[] => denidin.channel.sent.map(each => each.text)

/** Says something to which no reply can go out. */
const sayInVain = async (text: string): Promise<void> => {
  denidin.channel.outcomes.push(...Array.from({ length: ATTEMPTS }, () => REFUSED))
  expect(await denidin.say(text)).toBe('')
}

/** The channel can send again; resolves when what was held has had its turn. */
const becomeReady = async (): Promise<void> => {
  denidin.channel.becomeReady()
  await everyTurn()
}

/** Resolves when what waits for its turn in the conversation has had it. */
const everyTurn = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  const found = await denidin.app.people.lookUp('15550001111')
  await denidin.app.conversation.exclusive(`person:${found?.person_id ?? ''}`, async () => undefined)
}

/** The last request’s messages but the system’s, each with its role. */
const lastConversation = (): readonly string[] =>
  (denidin.models.of('completion').at(-1)?.body.messages ?? [])
    .filter(each => each.role !== 'system')
    .map(each => `${each.role}: ${each.content}`)

test('what was missed in a chat gets one answer together, in the order in which it was said', async () => {
  await start()
  await find(person('one', 3 * MINUTE_MS), person('two', 2 * MINUTE_MS), person('three', MINUTE_MS))
  expect(sent()).toEqual(['You said: one\ntwo\nthree'])
  expect(lastConversation()).toEqual(['user: one\ntwo\nthree'])
  expect((await denidin.app.traffic()).inbox).toMatchObject({ answered: 3, received: 0 })
})

test('what is too old is history; with something fresh behind it there is one answer', async () => {
  await start({ conversation: { answer_within_hours: 2 } })
  await find(person('long ago', 400 * DAY_MS), person('days ago', 3 * DAY_MS))
  expect(sent()).toEqual([])
  expect((await denidin.app.traffic()).inbox).toMatchObject({ heard: 2 })
  await find(person('hours ago', 3 * HOUR_MS), person('just now', MINUTE_MS))
  const dated = ['long ago', 'days ago', 'hours ago'].map(
    text => `\\[\\d{4}-\\d\\d-\\d\\d \\w{3} \\d\\d:\\d\\d\\] ${text}`,
  )
  const lines = [...dated, 'just now'].join('\n')
  expect(sent()).toEqual([expect.stringMatching(new RegExp(`^You said: ${lines}$`))])
  expect(lastConversation()).toEqual([expect.stringMatching(new RegExp(`^user: ${lines}$`))])
})

test('what the owner has answered by hand is history; what came after that is answered', async () => {
  await start()
  await find(person('can I come?', 3 * HOUR_MS), account('yes, at five', 2 * HOUR_MS))
  expect(sent()).toEqual([])
  await find(account('bring cake', 2 * HOUR_MS), person('which one?', MINUTE_MS))
  expect(sent()).toEqual(['You said: which one?'])
  expect(lastConversation()).toEqual(['user: can I come?', 'assistant: yes, at five\nbring cake', 'user: which one?'])
})

test('the owner’s words of a while ago keep the bot quiet for what is left of the time, once', async () => {
  await start({ conversation: { takeover_minutes: 60 } })
  const words = account('I am on it', 50 * MINUTE_MS)
  await find(words, person('thank you', 40 * MINUTE_MS))
  expect(sent()).toEqual([])
  await denidin.say('/resume 15550001111', { phone: GODFATHER })
  await find(words)
  expect(await denidin.say('hello')).toBe('You said: thank you\nhello')
  await find(account('and I am here again', 50 * MINUTE_MS))
  expect(await denidin.say('hello?')).toBe('')
  denidin.clock.forward(11 * MINUTE_MS)
  expect(await denidin.say('hello??')).toBe('You said: hello?\nhello??')
})

test('what we sent ourselves is not taken for the owner’s words, also after a restart', async () => {
  await start()
  await denidin.say('hello')
  denidin.channel.outcomes.push({ outcome: 'unconfirmed', reason: 'no acknowledgement' })
  await denidin.say('hello again')
  const [known] = denidin.channel.sentIds
  await denidin.restart()
  await find(
    ...[account('You said: hello', 0, known), account('You said: hello again', 0, 'true_x_1')],
    person('are you there?', 0),
  )
  expect(sent()).toEqual(['You said: are you there?'])
  const { inbox } = await denidin.app.traffic()
  expect(inbox).toMatchObject({ answered: 2, unconfirmed: 1, heard: 0 })
})

test('what is known already is not answered again, and what comes with it is', async () => {
  await start()
  const one = person('one', MINUTE_MS)
  await find(one)
  await find(one, person('two', 0))
  await find(one)
  expect(sent()).toEqual(['You said: one', 'You said: two'])
})

test('how far a chat was heard is known after a restart, with memory on and off', async () => {
  for (const enable_memory_system of [true, false]) {
    await start({ feature_flags: { enable_memory_system } })
    await find(person('one', DAY_MS + 1), person('two', MINUTE_MS), account('by hand', 10))
    await denidin.channel.deliver({ text: 'three', chat_id: '15550002222@c.us', gapless: true })
    const before = await denidin.channel.events.recordedUntil([CHAT, '15550002222@c.us', 'nobody@c.us'])
    expect([...before.keys()]).toEqual([CHAT, '15550002222@c.us'])
    await denidin.restart()
    expect(await denidin.channel.events.recordedUntil([CHAT, '15550002222@c.us'])).toEqual(before)
    await denidin[Symbol.asyncDispose]()
  }
  await start()
})

test('with memory off what was missed has one answer as well, and the owner’s words keep the bot quiet', async () => {
  await start({ feature_flags: { enable_memory_system: false } })
  await find(person('one', 2 * MINUTE_MS), person('two', MINUTE_MS))
  expect(sent()).toEqual(['You said: one\ntwo'])
  await find(account('I am here', MINUTE_MS), person('three', 0))
  expect(sent()).toEqual(['You said: one\ntwo'])
})

test('what was missed and waits for the end of quiet hours has one answer then', async () => {
  const zone = 'UTC'
  const hour = (at: number): string => new Date(at).toISOString().slice(11, 16)
  await start()
  const now = denidin.clock.now()
  await denidin.restart({
    conversation: { time_zone: zone, quiet_hours: `${hour(now - HOUR_MS)}-${hour(now + HOUR_MS)}` },
  })
  await find(person('one', 2 * MINUTE_MS), person('two', MINUTE_MS))
  expect(sent()).toEqual([])
  denidin.clock.forward(2 * HOUR_MS)
  await find(person('three', 0))
  expect(sent()).toEqual(['You said: one\ntwo\nthree'])
  expect(lastConversation()).toEqual(['user: one\ntwo\nthree'])
})

test('a reply that cannot go out goes out when the channel is back; failing again it is given up and told', async () => {
  await start()
  await sayInVain('one')
  await becomeReady()
  expect(sent()).toEqual(['You said: one'])
  await sayInVain('two')
  denidin.channel.outcomes.push(...Array.from({ length: ATTEMPTS }, () => REFUSED))
  await becomeReady()
  await becomeReady()
  expect(sent()).toEqual(['You said: one'])
  expect(await denidin.app.traffic()).toMatchObject({ inbox: { failed: 1 }, outbox: { failed: 1, held: 0 } })
  const status = await denidin.app.runner.run('status', {}, { caller: { transport: 'cli', level: 'operator' } })
  expect(status).toMatchObject({
    outbox_failed: 1,
    state: 'degraded',
    parts: expect.arrayContaining([{ name: 'delivery', state: 'degraded', detail: expect.stringMatching(/given up/) }]),
  })
  await denidin.restart()
  expect(await denidin.say('three')).toBe('You said: two\nthree')
})

test('a held reply older than answer_within_hours is of no use any more', async () => {
  await start({ conversation: { answer_within_hours: 2 } })
  await sayInVain('one')
  denidin.clock.forward(3 * HOUR_MS)
  await becomeReady()
  expect(sent()).toEqual([])
  expect((await denidin.app.traffic()).outbox).toMatchObject({ failed: 1 })
})

test('what was held back by a pause goes out at once when it is resumed', async () => {
  await start()
  await sayInVain('one')
  await denidin.say('/pause 15550001111', { phone: GODFATHER })
  await becomeReady()
  expect(sent().join()).not.toContain('You said')
  await denidin.say('/resume 15550001111', { phone: GODFATHER })
  await everyTurn()
  expect(sent().filter(text => text === 'You said: one')).toHaveLength(1)
  expect((await denidin.app.traffic()).outbox).toMatchObject({ held: 0, failed: 0 })
})

test('resuming gives up nothing that waits for the channel', async () => {
  await start()
  await sayInVain('one')
  await denidin.say('/resume 15550001111', { phone: GODFATHER })
  await everyTurn()
  expect((await denidin.app.traffic()).outbox).toMatchObject({ held: 1, failed: 0 })
  await becomeReady()
  expect(sent().at(-1)).toBe('You said: one')
})

test('the cleanup removes records of what was dealt with long ago, and what was said stays', async () => {
  await start()
  await denidin.channel.deliver({ text: 'long ago', chat_id: CHAT, gapless: true })
  await denidin.app.conversation.whenIdle(CHAT)
  denidin.clock.forward(40 * DAY_MS)
  const purge = (): Promise<unknown> =>
    denidin.app.runner.run('session.purge', {}, { caller: { transport: 'cron', level: 'operator' } })
  expect(await purge()).toMatchObject({ records: 0 })
  await denidin.channel.deliver({ text: 'now', chat_id: CHAT, gapless: true, sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(CHAT)
  const { messages } = await denidin.app.traffic()
  expect(await purge()).toMatchObject({ records: 2 })
  expect(await denidin.app.traffic()).toMatchObject({ messages, inbox: { answered: 1 }, outbox: { sent: 1 } })
})
