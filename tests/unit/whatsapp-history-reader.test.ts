import { beforeEach, expect, test } from '@jest/globals'
import {
  HistoryReader,
  type HistoryReaderDeps,
  type MissedHistory,
} from '../../src/channels/whatsapp/history-reader.ts'
import { GapTracker } from '../../src/channels/whatsapp/gap-tracker.ts'
import type { ChatHistory, ListedChat } from '../../src/channels/whatsapp/engine.ts'
import type { WhatsAppMessage } from '../../src/channels/whatsapp/whatsapp-message.ts'
import { parseChange } from '../../src/channels/whatsapp/wwebjs/change-parser.ts'
import { parseMessage } from '../../src/channels/whatsapp/wwebjs/message-parser.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog, type MemoryLog } from '../support/memory-log.ts'

const ANA = '15550001@c.us'
const BEN = '15550002@c.us'
const GROUP = '1203630001@g.us'

/** Chats of a page: the messages of each as the page writes them, oldest first. */
class Page {
  readonly chats_ = new Map<string, Record<string, unknown>[]>()
  readonly unread = new Map<string, number>()
  /** Called before a chat is read. */
  onRead: (chat_id: string, most: number) => Promise<void> = async () => undefined
  readonly read: { chat_id: string; from: number }[] = []

  say(chat_id: string, text: string, sent_at: number, fields: Record<string, unknown> = {}): void {
    const message = {
      id: { _serialized: `false_${chat_id}_${text}`, fromMe: false, remote: chat_id },
      from: chat_id,
      author: ANA,
      t: sent_at / SECOND_MS,
      type: 'chat',
      body: text,
      ...fields,
    }
    this.chats_.set(chat_id, [...(this.chats_.get(chat_id) ?? []), message])
  }

  /** So many messages, numbered from 0, since a day ago. */
  fill(chat_id: string, count: number): void {
    const messages = Array.from({ length: count }, (_, n) => ({
      id: { _serialized: `false_${chat_id}_${String(n)}`, fromMe: false, remote: chat_id },
      from: chat_id,
      author: ANA,
      t: (now - DAY_MS) / SECOND_MS + n,
      type: 'chat',
      body: String(n),
    }))
    this.chats_.set(chat_id, messages)
  }

  async chats(): Promise<readonly ListedChat[]> {
    return [...this.chats_].map(([chat_id, messages]) => ({
      chat_id,
      newest: Number(messages.at(-1)?.['t'] ?? 0) * SECOND_MS,
      unread: this.unread.get(chat_id) ?? 0,
    }))
  }

  async history(chat_id: string, from: number, most: number): Promise<ChatHistory> {
    this.read.push({ chat_id, from })
    await this.onRead(chat_id, most)
    const wanted = (this.chats_.get(chat_id) ?? []).filter(({ t }) => Number(t) * SECOND_MS >= from)
    const listed = wanted.slice(-most)
    return {
      messages: listed.map(parseMessage).filter(message => message !== undefined),
      changes: listed.map(parseChange).filter(change => change !== undefined),
      cut: wanted.length > most,
    }
  }
}

let clock: FakeClock
let log: MemoryLog
let page: Page
let marks: Map<string, number>
let delivered: MissedHistory[]
let fails: Set<string>
let listed: readonly string[]
let now: number

beforeEach(() => {
  clock = new FakeClock()
  log = memoryLog()
  page = new Page()
  marks = new Map()
  delivered = []
  fails = new Set()
  listed = []
  now = clock.now()
})

const run = (options: Partial<HistoryReaderDeps> = {}): Promise<boolean> =>
  new HistoryReader({
    source: page,
    clock,
    logger: log,
    linked_at: 0,
    account_since: 0,
    signal: new AbortController().signal,
    recordedUntil: async () => marks,
    listed: chat_ids => {
      listed = chat_ids
    },
    received: () => [],
    deliver: async missed => {
      delivered.push(missed)
      return !fails.has(missed.chat_id)
    },
    ...options,
  }).read()

const texts = (chat_id: string): readonly string[] =>
  delivered.filter(each => each.chat_id === chat_id).flatMap(each => each.messages.map(message => message.text))

test('a chat is read when it has newer messages than its mark, or unread ones', async () => {
  for (const [chat_id, text] of [
    [ANA, 'known'],
    [BEN, 'new'],
    [GROUP, 'unread'],
    ['status@broadcast', 'no chat'],
  ] as const) {
    page.say(chat_id, text, now - MINUTE_MS)
    marks.set(chat_id, now - MINUTE_MS - (chat_id === BEN ? 1 : 0))
  }
  page.unread.set(GROUP, 1)
  expect(await run()).toBe(true)
  expect(listed).toEqual([BEN, GROUP])
  expect(page.read.map(each => each.chat_id)).toEqual([BEN, GROUP])
})

test('an unknown chat is read from when the device was linked, not before', async () => {
  page.say(ANA, 'before', now - 3 * DAY_MS)
  page.say(ANA, 'after', now - DAY_MS)
  page.say(BEN, 'before', now - 3 * DAY_MS)
  page.unread.set(BEN, 1)
  await run({ linked_at: now - 2 * DAY_MS })
  expect(texts(ANA)).toEqual(['after'])
  expect(listed).toEqual([ANA])
})

test('messages to another account are not read, even in known chats', async () => {
  page.say(ANA, 'to the other', now - 3 * DAY_MS)
  page.say(ANA, 'to us', now - MINUTE_MS)
  marks.set(ANA, now - 4 * DAY_MS)
  await run({ linked_at: now - DAY_MS, account_since: now - DAY_MS })
  expect(texts(ANA)).toEqual(['to us'])
})

test('reading begins a little before the mark, for edits and deletions, however old the mark is', async () => {
  page.say(ANA, 'known', now - 400 * DAY_MS - MINUTE_MS, { type: 'revoked', body: undefined })
  page.say(ANA, 'edited', now - 400 * DAY_MS, { latestEditSenderTimestampMs: 5 })
  page.say(ANA, 'missed', now - 300 * DAY_MS)
  marks.set(ANA, now - 400 * DAY_MS)
  await run()
  expect(texts(ANA)).toEqual(['', 'edited', 'missed'])
  expect(delivered[0]?.changes).toEqual([
    { kind: 'deleted', chat_id: ANA, message_id: `false_${ANA}_known` },
    { kind: 'edited', chat_id: ANA, message_id: `false_${ANA}_edited`, text: 'edited' },
  ])
})

test('of one chat the newest 5,000 messages are read, and the log says when older ones are left out', async () => {
  page.fill(ANA, 5001)
  await run()
  expect(texts(ANA)).toHaveLength(5000)
  expect(texts(ANA)[0]).toBe('1')
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { chat_id: ANA, read: 5000 } }))
})

test('of a chat that the page does not get through in time, the newest 500 messages are read', async () => {
  page.fill(ANA, 3000)
  page.onRead = async (_, most) => {
    if (most > 500) throw new Error('no answer within 30 s')
  }
  expect(await run()).toBe(true)
  expect(texts(ANA)).toHaveLength(500)
  expect(texts(ANA).at(-1)).toBe('2999')
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { chat_id: ANA, read: 500 } }))
})

test('long chats are delivered before more are read, and none is left out', async () => {
  const chats = Array.from({ length: 4 }, (_, n) => `1203630009${String(n)}@g.us`)
  for (const chat_id of chats) page.fill(chat_id, 3000)
  const delivered_at_read: number[] = []
  page.onRead = async () => {
    delivered_at_read.push(delivered.length)
  }
  expect(await run()).toBe(true)
  expect(delivered_at_read).toEqual([0, 0, 2, 2])
  expect(delivered.map(each => [each.chat_id, each.messages.length])).toEqual(chats.map(chat_id => [chat_id, 3000]))
})

test('chats are delivered in the order of their first missed message', async () => {
  page.say(ANA, 'second', now - 2 * MINUTE_MS)
  page.say(ANA, 'newest', now - MINUTE_MS)
  page.say(BEN, 'third', now - 90 * SECOND_MS)
  page.say(GROUP, 'first', now - 3 * MINUTE_MS)
  page.say(GROUP, 'very newest', now - SECOND_MS)
  await run()
  expect(delivered.map(each => each.chat_id)).toEqual([GROUP, ANA, BEN])
})

test('a chat is recorded up to its newest message, unless another one of the same second may follow', async () => {
  page.say(ANA, 'a while ago', now - MINUTE_MS)
  page.say(BEN, 'this second', now)
  await run()
  expect(delivered.map(each => [each.chat_id, each.until])).toEqual([
    [ANA, now - MINUTE_MS],
    [BEN, now - SECOND_MS],
  ])
})

test('a chat that cannot be read or recorded does not stop the others, and is left for another pass', async () => {
  page.say(ANA, 'one', now - MINUTE_MS)
  page.say(BEN, 'two', now - MINUTE_MS)
  page.onRead = async chat_id => {
    if (chat_id === ANA) throw new Error('no answer')
  }
  expect(await run()).toBe(false)
  expect(delivered.map(each => each.chat_id)).toEqual([BEN])
  page.onRead = async () => undefined
  fails.add(BEN)
  expect(await run()).toBe(false)
  expect(delivered.map(each => each.chat_id)).toEqual([BEN, ANA, BEN])
})

test('an encrypted message gets a minute to be decrypted, and then counts as unreadable', async () => {
  page.say(ANA, 'readable', now - 30 * SECOND_MS)
  page.say(ANA, 'garbled', now - 10 * SECOND_MS, { type: 'ciphertext', body: undefined })
  expect(await run()).toBe(false)
  expect(texts(ANA)).toEqual(['readable'])
  expect(delivered[0]?.until).toBe(now - 10 * SECOND_MS - 1)
  await clock.advance(MINUTE_MS)
  delivered = []
  expect(await run()).toBe(true)
  expect(delivered[0]?.messages.at(-1)).toMatchObject({
    message_id: `unreadable:false_${ANA}_garbled`,
    type: 'unreadable',
    text: '',
  })
})

test('a message that came as an event before its chat was read is delivered with it, once and in order', async () => {
  page.say(ANA, 'one', now - 3 * SECOND_MS)
  page.say(ANA, 'three', now - SECOND_MS)
  const event = (text: string, sent_at: number): WhatsAppMessage =>
    parseMessage({
      id: { _serialized: `false_${ANA}_${text}` },
      from: ANA,
      t: sent_at / SECOND_MS,
      type: 'chat',
      body: text,
    }) as WhatsAppMessage
  await run({ received: () => [event('three', now - SECOND_MS), event('two', now - 2 * SECOND_MS)] })
  expect(texts(ANA)).toEqual(['one', 'two', 'three'])
})

test('slow reading logs its progress; quick reading logs nothing', async () => {
  for (let n = 0; n < 250; n++) page.say(`1555${String(n)}@c.us`, 'hello', now - MINUTE_MS)
  const told = (): string[] => log.lines.filter(line => line.level !== 'debug').map(line => line.message)
  await run()
  expect(told()).toEqual([])
  expect(delivered).toHaveLength(250)
  page.onRead = async () => {
    await clock.advance(20)
  }
  await run()
  expect(told()).toEqual([
    ...Array.from({ length: 2 }, () => 'Catching up with messages that arrived meanwhile'),
    'Caught up with messages that arrived meanwhile',
  ])
})

test('it ends with its connection', async () => {
  for (const chat_id of [ANA, BEN]) page.say(chat_id, 'hello', now - MINUTE_MS)
  const over = new AbortController()
  page.onRead = async () => {
    over.abort(new Error('the client ended'))
  }
  await expect(run({ signal: over.signal })).rejects.toThrow('the client ended')
  expect(page.read).toHaveLength(1)
})

test('a chat is complete once all were listed and its gap is closed, until a message is lost or no one listens', () => {
  const continuity = new GapTracker()
  expect(continuity.isComplete(ANA)).toBe(false)
  continuity.complete(ANA)
  expect(continuity.isComplete(ANA)).toBe(false)
  continuity.listed([ANA])
  expect([continuity.isComplete(ANA), continuity.isComplete(BEN)]).toEqual([false, true])
  continuity.complete(ANA)
  expect(continuity.isComplete(ANA)).toBe(true)
  continuity.gap(ANA)
  expect(continuity.isComplete(ANA)).toBe(false)
  continuity.interrupted()
  expect(continuity.isComplete(BEN)).toBe(false)
})
