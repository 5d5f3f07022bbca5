// Messages of failed turns are worked on again, after longer and longer pauses, and not for ever.
import { expect, test } from '@jest/globals'
import { FailedTurns } from '../../src/conversation/failed-turns.ts'
import type { TurnMessage } from '../../src/conversation/turn-message.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'

const message = (message_id: string, kind: TurnMessage['kind'] = 'chat'): TurnMessage =>
  ({ message_id, kind }) as Partial<TurnMessage> as TurnMessage

const setUp = () => {
  const clock = new FakeClock()
  const log = memoryLog()
  const database = { works: true, probed: 0 }
  const handled: (readonly string[])[] = []
  const failed = new FailedTurns({
    handleAgain: async ids => void handled.push(ids),
    probe: () => {
      database.probed++
      if (!database.works) throw new Error('the disk is full')
    },
    clock,
    logger: log,
  })
  return { clock, log, database, handled, failed }
}

test('after a minute, messages are handled again in their order, once; commands are not', async () => {
  const { clock, handled, failed } = setUp()
  failed.add([message('a'), message('b', 'command'), message('c')])
  await clock.advance(MINUTE_MS - 1)
  expect(handled).toEqual([])
  await clock.advance(1)
  expect(handled).toEqual([['a', 'c']])
  await clock.advance(60 * MINUTE_MS)
  expect(handled).toHaveLength(1)
})

test('one that fails again and again waits longer each time, and is given up after the fifth attempt', async () => {
  const { clock, handled, failed } = setUp()
  const minutes: number[] = []
  failed.add([message('a')])
  for (let minute = 1; minute <= 120; minute++) {
    await clock.advance(MINUTE_MS)
    if (handled.splice(0).length === 0) continue
    minutes.push(minute)
    failed.add([message('a')])
  }
  expect(minutes).toEqual([1, 3, 7, 15, 31])
})

test('while the database does not work nothing is handled, and no attempt is used up', async () => {
  const { clock, log, database, handled, failed } = setUp()
  database.works = false
  failed.add([message('a')])
  await clock.advance(10 * MINUTE_MS)
  expect([handled, database.probed]).toEqual([[], 10])
  expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { messages: 1, reason: 'the disk is full' } })
  database.works = true
  await clock.advance(MINUTE_MS)
  expect(handled).toEqual([['a']])
})

test('a thousand messages are remembered, and none after the end', async () => {
  const { clock, handled, failed } = setUp()
  failed.add(Array.from({ length: 1001 }, (_, n) => message(String(n))))
  await clock.advance(MINUTE_MS)
  expect(handled.flat()).toHaveLength(1000)
  failed.add([message('late')])
  failed[Symbol.dispose]()
  await clock.advance(60 * MINUTE_MS)
  expect(handled).toHaveLength(1)
})
