import { expect, test } from '@jest/globals'
import type { Channel, ChannelEvents } from '../../src/channels/channel.ts'
import { createConsoleChannel, type ConsoleChannel } from '../../src/channels/console/console-channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { noChanges } from '../support/no-changes.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** A conversation at the other end of the channel: answers when the test lets it. */
class Answerer implements ChannelEvents {
  readonly backfilled = noChanges.backfilled
  readonly recordedUntil = noChanges.recordedUntil
  readonly edited = noChanges.edited
  readonly deleted = noChanges.deleted
  readonly reacted = noChanges.reacted
  readonly ownerWrote = noChanges.ownerWrote
  readonly received: IncomingMessage[] = []
  channel: Channel | undefined
  readyCalls = 0
  answer = async (message: IncomingMessage): Promise<void> => {
    await this.channel?.send(message.chat_id, `to ${message.text}`, {})
  }
  #work: Promise<void> = Promise.resolve()

  message(message: IncomingMessage): Promise<void> {
    this.received.push(message)
    this.#work = this.answer(message)
    return Promise.resolve()
  }

  ready(): void {
    this.readyCalls++
  }

  settled(): Promise<void> {
    return this.#work
  }
}

const setUp = async (): Promise<{ channel: ConsoleChannel; other: Answerer; clock: FakeClock }> => {
  const other = new Answerer()
  const clock = new FakeClock()
  const channel = createConsoleChannel({ clock, ids: systemIds, whenIdle: () => other.settled() })
  other.channel = channel
  await channel.start(other)
  return { channel, other, clock }
}

test('what is said at a terminal arrives as a whole direct message of that phone, and the replies come back', async () => {
  const { channel, other, clock } = await setUp()
  other.answer = async message => {
    await channel.send(message.chat_id, 'one', {})
    await channel.send(message.chat_id, 'two', { reply_to: message.message_id })
  }
  await expect(channel.say({ phone: '15550001111', name: 'Dana', text: 'hi' })).resolves.toEqual(['one', 'two'])
  expect(other.received).toEqual([
    {
      message_id: expect.stringMatching(/^console-[0-9a-f-]{36}$/),
      chat_id: 'console:15550001111',
      chat_kind: 'direct',
      sender: { identities: [{ kind: 'phone', value: '15550001111' }], name: 'Dana' },
      text: 'hi',
      sent_at: clock.now(),
      addressed: true,
      may_continue: false,
      gapless: true,
    },
  ])
})

test('every saying has an id of its own, and without a name none is told', async () => {
  const { channel, other } = await setUp()
  await channel.say({ phone: '15550001111', text: 'hi' })
  await channel.say({ phone: '15550001111', text: 'hi' })
  expect(new Set(other.received.map(each => each.message_id)).size).toBe(2)
  expect(other.received[0]?.sender).toEqual({ identities: [{ kind: 'phone', value: '15550001111' }] })
})

test('sayings of one chat wait for each other and each gets its own replies', async () => {
  const { channel, other } = await setUp()
  const order: string[] = []
  const first = Promise.withResolvers<undefined>()
  other.answer = async message => {
    if (message.text === 'first') await first.promise
    order.push(message.text)
    await channel.send(message.chat_id, `to ${message.text}`, {})
  }
  const both = Promise.all([
    channel.say({ phone: '15550001111', text: 'first' }),
    channel.say({ phone: '15550001111', text: 'second' }),
  ])
  first.resolve(undefined)
  await expect(both).resolves.toEqual([['to first'], ['to second']])
  expect(order).toEqual(['first', 'second'])
})

test('chats of different phones do not wait for each other, nor see each other', async () => {
  const other = new Answerer()
  const first = Promise.withResolvers<undefined>()
  const work = new Map<string, Promise<void>>()
  const answer = other.answer
  other.answer = message => {
    const mine = (message.text === 'slow' ? first.promise : Promise.resolve()).then(() => answer(message))
    work.set(message.chat_id, mine)
    return mine
  }
  const channel = createConsoleChannel({
    clock: new FakeClock(),
    ids: systemIds,
    whenIdle: chat_id => work.get(chat_id) ?? Promise.resolve(),
  })
  other.channel = channel
  await channel.start(other)
  const slow = channel.say({ phone: '15550001111', text: 'slow' })
  await expect(channel.say({ phone: '15550002222', text: 'quick' })).resolves.toEqual(['to quick'])
  first.resolve(undefined)
  await expect(slow).resolves.toEqual(['to slow'])
})

test('a message that could not be recorded is a failure for who said it, and the next one works', async () => {
  const { channel, other } = await setUp()
  const record = other.message.bind(other)
  other.message = () => Promise.reject(new Error('disk full'))
  await expect(channel.say({ phone: '15550001111', text: 'a' })).rejects.toThrow('disk full')
  other.message = record
  await expect(channel.say({ phone: '15550001111', text: 'b' })).resolves.toEqual(['to b'])
})

test('whoever gives up waiting gets the reply before the next one', async () => {
  const { channel, other } = await setUp()
  const late = Promise.withResolvers<undefined>()
  const answer = other.answer
  other.answer = message => late.promise.then(() => answer(message))
  const giveUp = new AbortController()
  const first = channel.say({ phone: '15550001111', text: 'a', signal: giveUp.signal })
  const failed = expect(first).rejects.toThrow('enough')
  await new Promise(resolve => setImmediate(resolve))
  giveUp.abort(new Error('enough'))
  await failed
  late.resolve(undefined)
  await other.settled()
  await expect(channel.say({ phone: '15550001111', text: 'b' })).resolves.toEqual(['to a', 'to b'])
})

test('stopping ends the waits, and nothing can be said at a closed console', async () => {
  const { channel, other } = await setUp()
  other.answer = () => new Promise<never>(() => undefined)
  const waiting = expect(channel.say({ phone: '15550001111', text: 'a' })).rejects.toMatchObject({ code: 'stopping' })
  await new Promise(resolve => setImmediate(resolve))
  await channel.stop()
  await waiting
  await expect(channel.say({ phone: '15550001111', text: 'b' })).rejects.toMatchObject({ code: 'not_running' })
  await expect(channel.send('console:15550001111', 'x', {})).resolves.toMatchObject({ outcome: 'not_sent' })
  await expect(channel.health()).resolves.toMatchObject({ state: 'off' })
})

test('it serves chats of the console only, and tells when it can send', async () => {
  const { channel, other } = await setUp()
  expect(channel.serves('console:15550001111')).toBe(true)
  expect(channel.serves('15550001111@c.us')).toBe(false)
  await expect(channel.send('15550001111@c.us', 'x', {})).resolves.toMatchObject({ outcome: 'not_sent' })
  expect(other.readyCalls).toBe(1)
  await expect(channel.health()).resolves.toMatchObject({ state: 'ok' })
})
