import { expect, test } from '@jest/globals'
import type { ChannelEvents, BackfilledChat } from '../../src/channels/channel.ts'
import { GapTracker } from '../../src/channels/whatsapp/gap-tracker.ts'
import type { EngineConnection } from '../../src/channels/whatsapp/engine.ts'
import { IdentityResolver } from '../../src/channels/whatsapp/identity-resolver.ts'
import { Inbound } from '../../src/channels/whatsapp/inbound.ts'
import type { WhatsAppMessage } from '../../src/channels/whatsapp/whatsapp-message.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { noChanges } from '../support/no-changes.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { memoryLog } from '../support/memory-log.ts'

type LookUp = EngineConnection['lookUp']

const SELF = { phone: '15550009999@c.us', lid: undefined }
const BOB = '777@lid'

const said = (text: string, chat_id = BOB): WhatsAppMessage => ({
  message_id: `false_${chat_id}_${text}`,
  type: 'chat',
  from_me: false,
  chat_id,
  author_id: chat_id,
  author_name: undefined,
  text,
  sent_at: 0,
  mentioned_ids: [],
  quoted_author_id: undefined,
  quoted_key: undefined,
  ack: 1,
})

const setUp = (
  record: (message: IncomingMessage) => Promise<void>,
  lookUp: LookUp = async () => ({}),
  changes: Partial<ChannelEvents> = {},
  displayName: EngineConnection['displayName'] = async () => undefined,
) => {
  const clock = new FakeClock()
  const log = memoryLog()
  const gaps = new GapTracker()
  const identities = new IdentityResolver({
    connection: () => ({ lookUp, displayName }),
    clock,
    logger: silentLogger,
    deadline_ms: 3 * SECOND_MS,
  })
  return {
    clock,
    log,
    identities,
    gaps,
    inbound: new Inbound({
      events: { ...noChanges, ...changes, message: record },
      identities,
      gaps,
      isOurs: async ({ text }) => text === 'ours',
      clock,
      ids: fakeIds(),
      logger: log,
    }),
  }
}

test('a message that could not be recorded is tried again, before later ones of its chat', async () => {
  const recorded: string[] = []
  let failures = 2
  const { clock, inbound } = setUp(async ({ text }) => {
    if (text === 'first' && failures-- > 0) throw new Error('disk full')
    recorded.push(text)
  })
  inbound.take(said('first'), SELF)
  inbound.take(said('second'), SELF)
  inbound.take(said('elsewhere', '888@lid'), SELF)
  await clock.advance(0)
  expect(recorded).toEqual(['elsewhere'])
  await clock.advance(10 * SECOND_MS)
  expect(recorded).toEqual(['elsewhere', 'first', 'second'])
})

test('a message that can never be recorded is named in the log, without its text, and does not stop the others', async () => {
  const recorded: string[] = []
  const { clock, inbound, log } = setUp(async ({ text }) => {
    if (text === 'secret words') throw new Error('disk full')
    recorded.push(text)
  })
  inbound.take({ ...said('secret words'), message_id: 'false_777@lid_A1' }, SELF)
  inbound.take(said('next'), SELF)
  await clock.advance(0)
  await clock.advance(MINUTE_MS)
  expect(recorded).toEqual(['next'])
  const errors = log.lines.filter(({ level }) => level === 'error')
  expect(errors).toMatchObject([{ fields: { message_id: 'false_777@lid_A1', reason: 'disk full' } }])
  expect(log.text('info')).not.toContain('secret')
})

test('a stop waits for what is being recorded and takes no more', async () => {
  const recorded: string[] = []
  const gate = Promise.withResolvers<void>()
  const { clock, inbound } = setUp(async ({ text }) => {
    await gate.promise
    recorded.push(text)
  })
  inbound.take(said('one'), SELF)
  await clock.advance(0)
  const stopped = inbound.stop()
  inbound.take(said('two'), SELF)
  gate.resolve()
  await stopped
  expect(recorded).toEqual(['one'])
})

test('the names of a sender are asked for again after ten minutes: a number may have passed to another account', async () => {
  let asked = 0
  const { clock, identities } = setUp(
    async () => undefined,
    async () => {
      asked += 1
      return { lid: BOB, phone: '15551230002@c.us' }
    },
  )
  const both = [
    { kind: 'lid', value: '777' },
    { kind: 'phone', value: '15551230002' },
  ]
  await expect(identities.resolve(BOB)).resolves.toEqual(both)
  await clock.advance(9 * MINUTE_MS)
  await expect(identities.resolve(BOB)).resolves.toEqual(both)
  expect(asked).toBe(1)
  await clock.advance(2 * MINUTE_MS)
  await identities.resolve(BOB)
  expect(asked).toBe(2)
})

test('a failed or endless question leaves one name, and is asked again later', async () => {
  const answers: LookUp[] = [
    () => Promise.reject(new Error('r: r')),
    () => new Promise(() => undefined),
    async () => ({ phone: '15551230002@c.us' }),
  ]
  const { clock, identities } = setUp(
    async () => undefined,
    address => answers.shift()!(address),
  )
  await expect(identities.resolve(BOB)).resolves.toEqual([{ kind: 'lid', value: '777' }])
  await clock.advance(11 * MINUTE_MS)
  const endless = identities.resolve(BOB)
  await clock.advance(3 * SECOND_MS)
  await expect(endless).resolves.toEqual([{ kind: 'lid', value: '777' }])
  await clock.advance(11 * MINUTE_MS)
  await expect(identities.resolve(BOB)).resolves.toHaveLength(2)
})

test('the name of someone who is mentioned again and again is asked for once in ten minutes', async () => {
  const questions: string[] = []
  const recorded: (string | undefined)[] = []
  const { clock, inbound } = setUp(
    async ({ mentions = [] }) => void recorded.push(...mentions.map(({ name }) => name)),
    async () => ({ phone: '15550001111@c.us' }),
    {},
    async addresses => {
      questions.push(addresses.join(' '))
      return 'Bob'
    },
  )
  const mentioned: WhatsAppMessage = { ...said('@777 come', '9@g.us'), author_id: '888@lid', mentioned_ids: [BOB] }
  inbound.take(mentioned, SELF)
  inbound.take(mentioned, SELF)
  await clock.advance(0)
  await clock.advance(9 * MINUTE_MS)
  inbound.take(mentioned, SELF)
  await clock.advance(0)
  expect(recorded).toEqual(['Bob', 'Bob', 'Bob'])
  expect(questions).toEqual(['777@lid 15550001111@c.us'])
  await clock.advance(MINUTE_MS)
  inbound.take(mentioned, SELF)
  await clock.advance(0)
  expect(questions).toHaveLength(2)
})

test('a message is marked gapless in a complete chat, until a message could not be recorded', async () => {
  const recorded: (readonly [string, boolean | undefined])[] = []
  const { clock, gaps, inbound } = setUp(async ({ text, gapless }) => {
    if (text === 'lost') throw new Error('disk full')
    recorded.push([text, gapless])
  })
  for (const [index, text] of ['unlisted', 'whole', 'lost', 'after it'].entries()) {
    if (index === 1) gaps.listed(['888@lid'])
    inbound.take(said(text), SELF)
    await clock.advance(MINUTE_MS)
  }
  inbound.take(said('behind', '888@lid'), SELF)
  await clock.advance(MINUTE_MS)
  expect(recorded).toEqual([
    ['unlisted', undefined],
    ['whole', true],
    ['after it', undefined],
    ['behind', undefined],
  ])
})

test('the missed messages of a chat are delivered together, without our own, and complete the chat', async () => {
  const told: BackfilledChat[] = []
  const { clock, gaps, inbound } = setUp(
    async () => undefined,
    async () => ({}),
    {
      backfilled: async chat => {
        if (told.length === 0 && clock.now() < started + SECOND_MS) throw new Error('disk full')
        told.push(chat)
      },
    },
  )
  const started = clock.now()
  gaps.listed([BOB])
  const own = (text: string): WhatsAppMessage => ({ ...said(text), message_id: `true_${BOB}_${text}`, from_me: true })
  const messages = [said('one'), own('ours'), own('by hand'), { ...said('sticker'), type: 'sticker' }, said('two')]
  const missed = inbound.takeHistory({ chat_id: BOB, messages, changes: [], until: 7 }, SELF)
  await clock.advance(10 * SECOND_MS)
  expect(await missed).toBe(true)
  expect(told.map(({ until, said: all }) => [until, all.map(({ by, message }) => [by, message.text])])).toEqual([
    [
      7,
      [
        ['person', 'one'],
        ['account', 'by hand'],
        ['person', 'two'],
      ],
    ],
  ])
  expect(gaps.isComplete(BOB)).toBe(true)
})

test('what was edited or deleted meanwhile is so before what was said meanwhile is answered', async () => {
  const order: string[] = []
  const note = (what: string) => async () => {
    order.push(what)
  }
  const { inbound } = setUp(
    async () => undefined,
    async () => ({}),
    { backfilled: note('said'), edited: note('edited'), deleted: note('deleted') },
  )
  const changes = [
    { kind: 'edited', chat_id: BOB, message_id: 'a', text: 'now' },
    { kind: 'deleted', chat_id: BOB, message_id: 'b' },
  ] as const
  await inbound.takeHistory({ chat_id: BOB, messages: [said('what is it now?')], changes, until: 7 }, SELF)
  expect(order).toEqual(['edited', 'deleted', 'said'])
})

test('a missed message that cannot be read, and a change that cannot be applied, keep nothing else back', async () => {
  const told: BackfilledChat[] = []
  const changed: string[] = []
  const { clock, gaps, inbound, log } = setUp(
    async () => undefined,
    async () => ({}),
    {
      backfilled: async chat => {
        told.push(chat)
      },
      edited: async ({ text }) => {
        if (text === 'poison') throw new Error('cannot be applied')
        changed.push(text)
      },
    },
  )
  gaps.listed([BOB])
  const bad = { ...said('poison'), sent_at: 5 * SECOND_MS, author_id: undefined as unknown as string }
  const messages = [{ ...said('one'), sent_at: SECOND_MS }, bad, { ...said('two'), sent_at: 9 * SECOND_MS }]
  const edit = (text: string) => ({ kind: 'edited', chat_id: BOB, message_id: text, text }) as const
  const changes = [edit('before'), edit('poison'), edit('after')]
  const missed = inbound.takeHistory({ chat_id: BOB, messages, changes, until: 9 * SECOND_MS }, SELF)
  for (let second = 0; second < 60; second++) await clock.advance(SECOND_MS)
  expect(await missed).toBe(false)
  expect(new Set(told.flatMap(chat => chat.said.map(each => each.message.text)))).toEqual(new Set(['one', 'two']))
  expect(new Set(told.map(chat => chat.until))).toEqual(new Set([5 * SECOND_MS - 1]))
  expect(new Set(changed)).toEqual(new Set(['before', 'after']))
  expect(gaps.isComplete(BOB)).toBe(false)
  expect(log.lines.filter(line => line.level === 'error')).toHaveLength(1)
})
