import { expect, test } from '@jest/globals'
import type { ChannelEvents, BackfilledChat } from '../../src/channels/channel.ts'
import { Continuity } from '../../src/channels/whatsapp/continuity.ts'
import { Identities, type LookUp } from '../../src/channels/whatsapp/identities.ts'
import { Intake } from '../../src/channels/whatsapp/intake.ts'
import type { WhatsAppMessage } from '../../src/channels/whatsapp/raw-message.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { noChanges } from '../support/no-changes.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { memoryLog } from '../support/memory-log.ts'

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
  quoted_id: undefined,
  ack: 1,
})

const setUp = (
  record: (message: IncomingMessage) => Promise<void>,
  lookUp: LookUp = async () => ({}),
  changes: Partial<ChannelEvents> = {},
) => {
  const clock = new FakeClock()
  const log = memoryLog()
  const continuity = new Continuity()
  const identities = new Identities({ lookUp, clock, logger: silentLogger, deadline_ms: 3 * SECOND_MS })
  return {
    clock,
    log,
    identities,
    continuity,
    intake: new Intake({
      events: { ...noChanges, ...changes, message: record },
      identities,
      continuity,
      clock,
      ids: fakeIds(),
      logger: log,
    }),
  }
}

test('a message that could not be recorded is tried again, before later ones of its chat', async () => {
  const recorded: string[] = []
  let failures = 2
  const { clock, intake } = setUp(async ({ text }) => {
    if (text === 'first' && failures-- > 0) throw new Error('disk full')
    recorded.push(text)
  })
  intake.take(said('first'), SELF)
  intake.take(said('second'), SELF)
  intake.take(said('elsewhere', '888@lid'), SELF)
  await clock.advance(0)
  expect(recorded).toEqual(['elsewhere'])
  await clock.advance(10 * SECOND_MS)
  expect(recorded).toEqual(['elsewhere', 'first', 'second'])
})

test('a message that can never be recorded is named in the log, without its words, and holds up no other', async () => {
  const recorded: string[] = []
  const { clock, intake, log } = setUp(async ({ text }) => {
    if (text === 'secret words') throw new Error('disk full')
    recorded.push(text)
  })
  intake.take({ ...said('secret words'), message_id: 'false_777@lid_A1' }, SELF)
  intake.take(said('next'), SELF)
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
  const { clock, intake } = setUp(async ({ text }) => {
    await gate.promise
    recorded.push(text)
  })
  intake.take(said('one'), SELF)
  await clock.advance(0)
  const stopped = intake.stop()
  intake.take(said('two'), SELF)
  gate.resolve()
  await stopped
  expect(recorded).toEqual(['one'])
})

test('the names of a sender are asked for again after ten minutes: a number may have passed to somebody else', async () => {
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
  await expect(identities.of(BOB)).resolves.toEqual(both)
  await clock.advance(9 * MINUTE_MS)
  await expect(identities.of(BOB)).resolves.toEqual(both)
  expect(asked).toBe(1)
  await clock.advance(2 * MINUTE_MS)
  await identities.of(BOB)
  expect(asked).toBe(2)
})

test('a failed or endless question leaves the one name, and is asked again later', async () => {
  const answers: LookUp[] = [
    () => Promise.reject(new Error('r: r')),
    () => new Promise(() => undefined),
    async () => ({ phone: '15551230002@c.us' }),
  ]
  const { clock, identities } = setUp(
    async () => undefined,
    address => answers.shift()!(address),
  )
  await expect(identities.of(BOB)).resolves.toEqual([{ kind: 'lid', value: '777' }])
  await clock.advance(11 * MINUTE_MS)
  const endless = identities.of(BOB)
  await clock.advance(3 * SECOND_MS)
  await expect(endless).resolves.toEqual([{ kind: 'lid', value: '777' }])
  await clock.advance(11 * MINUTE_MS)
  await expect(identities.of(BOB)).resolves.toHaveLength(2)
})

test('a message says that nothing is missing before it, in a chat that is whole, until something could not be recorded', async () => {
  const recorded: (readonly [string, boolean | undefined])[] = []
  const { clock, continuity, intake } = setUp(async ({ text, gapless }) => {
    if (text === 'lost') throw new Error('disk full')
    recorded.push([text, gapless])
  })
  for (const [index, text] of ['unlisted', 'whole', 'lost', 'after it'].entries()) {
    if (index === 1) continuity.listed(['888@lid'])
    intake.take(said(text), SELF)
    await clock.advance(MINUTE_MS)
  }
  intake.take(said('behind', '888@lid'), SELF)
  await clock.advance(MINUTE_MS)
  expect(recorded).toEqual([
    ['unlisted', undefined],
    ['whole', true],
    ['after it', undefined],
    ['behind', undefined],
  ])
})

test('what was missed in a chat is told as one, without our own words, and makes the chat whole', async () => {
  const told: BackfilledChat[] = []
  const { clock, continuity, intake } = setUp(
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
  continuity.listed([BOB])
  const own = (text: string): WhatsAppMessage => ({ ...said(text), message_id: `true_${BOB}_${text}`, from_me: true })
  const messages = [said('one'), own('ours'), own('by hand'), { ...said('sticker'), type: 'sticker' }, said('two')]
  const isOurs = async ({ text }: WhatsAppMessage): Promise<boolean> => text === 'ours'
  const missed = intake.takeMissed({ chat_id: BOB, messages, changes: [], until: 7 }, SELF, isOurs)
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
  expect(continuity.isWhole(BOB)).toBe(true)
})
