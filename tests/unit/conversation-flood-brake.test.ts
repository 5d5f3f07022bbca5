// Someone who writes faster than they can be answered is taken more slowly, and no one else.
import { expect, test } from '@jest/globals'
import { FloodBrake } from '../../src/conversation/pacing/flood-brake.ts'
import type { TurnMessage } from '../../src/conversation/turn-message.ts'
import { FakeClock } from '../support/fake-clock.ts'

const message = (tokens: number, more: Partial<TurnMessage> = {}): TurnMessage => ({
  message_id: 'm',
  chat_id: '1@c.us',
  chat_kind: 'direct',
  person_id: 'p',
  scope: 'person:p',
  kind: 'chat',
  sender_name: 'Ann',
  tokens,
  sent_at: 0,
  addressed: true,
  text: 'x',
  ...more,
})

/** How long the next message waits, in milliseconds, while these wait for an answer. */
const pauseAfter = async (waiting: readonly TurnMessage[], tokens: number): Promise<number> => {
  const clock = new FakeClock()
  const began = clock.monotonic()
  const brake = new FloodBrake({ waiting: () => waiting, clock })
  let took: number | undefined
  void brake.afterMessage(message(tokens), new AbortController().signal).then(() => (took = clock.monotonic() - began))
  for (let step = 0; step < 400 && took === undefined; step++) await clock.advance(10)
  return took ?? Infinity
}

const many = (count: number, tokens = 10): readonly TurnMessage[] =>
  Array.from({ length: count }, () => message(tokens))

test.each([
  ['nothing waits', many(0), 10, 0, 0],
  ['a few short messages wait', many(4), 10, 0, 0],
  ['one long message of a person waits', many(1, 600), 600, 0, 0],
  ['many short messages wait', many(30), 10, 100, 200],
  ['a message as long as WhatsApp allows waits', many(1, 18_000), 18_000, 2000, 2000],
  ['short messages after such a one', [...many(1, 18_000), ...many(1)], 10, 100, 200],
])('%s', async (_, waiting, tokens, least, most) => {
  const pause = await pauseAfter(waiting, tokens)
  expect(pause).toBeGreaterThanOrEqual(least)
  // The clock of the test goes on in steps of ten milliseconds.
  expect(pause).toBeLessThanOrEqual(most + 10)
})

test('a person who writes in many groups is slowed down in each, so that no more comes in than from one chat', async () => {
  const groups = Array.from({ length: 12 }, (_, n) => message(10, { scope: `chat:${String(n)}@g.us` }))
  const pause = await pauseAfter(groups, 10)
  expect(pause).toBeGreaterThanOrEqual(1200)
  expect(pause).toBeLessThanOrEqual(1500)
})

test('the messages of others do not slow a person down, but those of all in one group do', async () => {
  const others = Array.from({ length: 30 }, (_, n) =>
    message(10, { person_id: `p${String(n)}`, scope: `person:p${String(n)}` }),
  )
  expect(await pauseAfter(others, 10)).toBeLessThanOrEqual(10)
  const group = others.map(each => ({ ...each, scope: 'person:p' as const }))
  expect(await pauseAfter(group, 10)).toBeGreaterThanOrEqual(100)
})

test('a stop ends the pause', async () => {
  const clock = new FakeClock()
  const stop = new AbortController()
  const paused = new FloodBrake({ waiting: () => many(50), clock }).afterMessage(message(10), stop.signal)
  stop.abort()
  await expect(paused).resolves.toBeUndefined()
})
