import { expect, test } from '@jest/globals'
import { DeferredReplies } from '../../src/conversation/deferred-replies.ts'
import type { ResendReason } from '../../src/conversation/outbox/held-reply-sender.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'

const chat = (n: number): { chat_id: string; scope: `person:${string}` } => ({
  chat_id: `${String(n)}@c.us`,
  scope: `person:${String(n)}`,
})

const setUp = () => {
  const clock = new FakeClock()
  const log = memoryLog()
  const asked: [string, ResendReason][] = []
  const listeners: (() => void)[] = []
  const outbox = {
    waits: false,
    onWaiting: (listener: () => void) => {
      listeners.push(listener)
    },
    /** A reply waits for the disk. */
    wait: () => {
      outbox.waits = true
      for (const listener of listeners) listener()
    },
    fails: '',
    held: async () => [chat(1), chat(2)],
    sendHeld: async (chat_id: string, reason: ResendReason) => {
      asked.push([chat_id, reason])
      if (chat_id === outbox.fails) throw new Error('disk full')
      return []
    },
  }
  const held = new DeferredReplies({
    outbox,
    clock,
    logger: log,
    windows: { release: () => undefined },
    exclusive: (_scope, act) => act(),
  })
  return { clock, log, asked, outbox, held }
}

test('while something waits for the end of a pause it is looked every minute, and no longer', async () => {
  const { clock, asked, outbox, held } = setUp()
  outbox.waits = true
  await held.send('reconnected')
  asked.splice(0)
  await clock.advance(MINUTE_MS - 1)
  expect(asked).toEqual([])
  await clock.advance(1)
  expect(asked).toEqual([
    ['1@c.us', 'resumed'],
    ['2@c.us', 'resumed'],
  ])
  outbox.waits = false
  await clock.advance(MINUTE_MS)
  asked.splice(0)
  await clock.advance(10 * MINUTE_MS)
  expect(asked).toEqual([])
})

test('a chat that makes trouble keeps no other back', async () => {
  const { asked, log, outbox, held } = setUp()
  outbox.fails = '1@c.us'
  await held.send('reconnected')
  expect(asked).toHaveLength(2)
  expect(log.lines).toMatchObject([
    { message: 'Held replies could not be sent', fields: { reason: expect.stringContaining('disk full') } },
  ])
})

test('after its end nothing is looked for', async () => {
  const { clock, asked, outbox, held } = setUp()
  outbox.waits = true
  await held.send('reconnected')
  held[Symbol.dispose]()
  asked.splice(0)
  await clock.advance(10 * MINUTE_MS)
  await held.send('reconnected')
  expect(asked).toEqual([])
})

test('a reply that waits for the disk is tried a minute later, however many more come to wait meanwhile', async () => {
  const { clock, asked, outbox } = setUp()
  outbox.wait()
  await clock.advance(MINUTE_MS / 2)
  outbox.wait()
  await clock.advance(MINUTE_MS / 2 - 1)
  expect(asked).toEqual([])
  await clock.advance(1)
  expect(asked).toEqual([
    ['1@c.us', 'resumed'],
    ['2@c.us', 'resumed'],
  ])
  await clock.advance(MINUTE_MS)
  expect(asked).toHaveLength(4)
})
