// Time where people are: the request, the search and the settings of a person, in the zone of the installation and their own.
import { afterEach, expect, test } from '@jest/globals'
import { HOUR_MS, DAY_MS } from '../../src/platform/clock.ts'
import { TestDenidin } from '../support/denidin.ts'
import { lastUserMessage } from '../support/model-server.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** 23:30 in Jerusalem on Saturday, 28 November 2026; half an hour later it is Sunday there. */
const SATURDAY_NIGHT = Date.parse('2026-11-28T21:30:00Z')

const startAt = async (at: number, settings: Record<string, unknown> = {}): Promise<void> => {
  denidin = await TestDenidin.start({ time_zone: 'Asia/Jerusalem', ...settings })
  denidin.clock.forward(at - denidin.clock.now())
}

test('the request says what day and time it is where the installation is', async () => {
  await startAt(SATURDAY_NIGHT)
  await denidin.say('hello there')
  expect(denidin.lastRequest()).toContain('It is Saturday, 28 November 2026, 23:3')
  denidin.clock.forward(HOUR_MS)
  await denidin.say('and now?')
  expect(denidin.lastRequest()).toContain('It is Sunday, 29 November 2026, 00:3')
  expect(denidin.lastRequest()).toContain('(Asia/Jerusalem)')
})

test('/timezone sets the zone of one person, and shows it', async () => {
  await startAt(SATURDAY_NIGHT)
  expect(await denidin.say('/timezone')).toContain('Asia/Jerusalem')
  expect(await denidin.say('/timezone new york')).toMatch(/America\/New_York.*16:3/)
  await denidin.say('hello there')
  expect(denidin.lastRequest()).toContain('It is Saturday, 28 November 2026, 16:3')
  await denidin.say('hello there', { phone: '15550009999' })
  expect(denidin.lastRequest()).toContain('It is Saturday, 28 November 2026, 23:3')
})

test.each(['+2', 'UTC+5:30', 'ברלין', 'Tel Aviv', 'Europe/berlin', 'tokyo time', 'GMT'])(
  '/timezone understands %s',
  async zone => {
    await startAt(SATURDAY_NIGHT)
    expect(await denidin.say(`/timezone ${zone}`)).toMatch(/\d\d:\d\d/)
  },
)

test.each(['Mars', '+99', 'yes please', '🕐'])(
  '/timezone %s is answered with what is allowed, and nothing changes',
  async zone => {
    await startAt(SATURDAY_NIGHT)
    expect(await denidin.say(`/timezone ${zone}`)).toContain('/timezone Berlin')
    expect(await denidin.say('/timezone')).toContain('Asia/Jerusalem')
  },
)

test('earlier parts of a conversation carry their time, and the newest message does not', async () => {
  await startAt(SATURDAY_NIGHT, { memory: { session: { session_timeout_hours: 48 } } })
  await denidin.say('I will call Dana tomorrow')
  denidin.clock.forward(DAY_MS)
  await denidin.say('hello again')
  const request = denidin.lastRequest()
  expect(request).toMatch(/\[2026-11-28 Sat 23:3\d\] I will call Dana tomorrow/)
  expect(request).not.toMatch(/\] hello again/)
  await denidin.say('whom do I call?')
  expect(denidin.lastRequest()).toMatch(/\[2026-11-29 Sun 23:3\d\] hello again/)
})

test('the model is told whom it speaks with and what it cannot do, and with memory off that it remembers nothing', async () => {
  await startAt(SATURDAY_NIGHT)
  await denidin.say('hello there')
  expect(denidin.lastRequest()).toMatch(/cannot set reminders/)
  expect(denidin.lastRequest()).toMatch(/\/remember/)
  await denidin.restart({ feature_flags: { enable_memory_system: false } })
  await denidin.say('hello there')
  expect(denidin.lastRequest()).toMatch(/remember nothing beyond this message/)
  expect(denidin.lastRequest()).not.toMatch(/who remembers/)
})

test('a question about a day finds what mentions it, in the days of the asker', async () => {
  await startAt(SATURDAY_NIGHT)
  await denidin.say('on December 1st I have a dentist appointment')
  await denidin.say('my sister is called Noa')
  await denidin.say('/reset')
  denidin.clock.forward(2 * DAY_MS)
  // It is Monday night, 23:30 in Jerusalem: tomorrow is the first of December.
  await denidin.say('what do I have tomorrow?')
  expect(denidin.lastRequest()).toContain('dentist')
})

test('“tomorrow” of someone who is elsewhere counts from the day where they are, in facts and summaries', async () => {
  await startAt(Date.parse('2026-11-20T06:30:00Z'))
  await denidin.say('/timezone Los Angeles')
  await denidin.say('My flight is tomorrow')
  await denidin.say('My flight is tomorrow', { phone: '15550009999' })
  for (const [phone, day] of [
    ['15550001111', 'Friday, 20 November 2026'],
    ['15550009999', 'Saturday, 21 November 2026'],
  ] as const) {
    await denidin.say('/reset', { phone })
    await denidin.whenIdle()
    expect(await denidin.say('/memory', { phone })).toContain(`My flight is on ${day}`)
  }
  const asked = denidin.models.of('extraction').map(lastUserMessage)
  expect(asked.filter(each => /^\[1\] 2026-11-19 [^:]+: My flight/m.test(each))).toHaveLength(1)
  await denidin.restart({ time_zone: 'Asia/Jerusalem', feature_flags: { use_schema_v2: false } })
  await denidin.say('My bus is tomorrow')
  await denidin.say('/reset')
  const summary = denidin.models.of('completion').map(lastUserMessage)
  expect(summary.at(-1)).toMatch(/^\[2026-11-19\] .*My bus is tomorrow/m)
})

test('the time of an event is the local time of who sent it', async () => {
  await startAt(SATURDAY_NIGHT)
  await denidin.say('/timezone Los Angeles')
  const attachment = { kind: 'event', name: 'Dinner', starts: '2026-12-01T18:00:00Z' } as const
  await denidin.channel.deliver({ text: '', chat_id: '15550001111@c.us', details: { attachment } })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  expect(denidin.lastRequest()).toContain('2026-12-01 10:00')
})
