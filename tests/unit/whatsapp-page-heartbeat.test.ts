import { expect, test } from '@jest/globals'
import { PageHeartbeat } from '../../src/channels/whatsapp/wwebjs/page-heartbeat.ts'
import { FakeClock } from '../support/fake-clock.ts'

const PAUSE_MS = 1000
const DEADLINE_MS = 300

const setUp = (ask: () => Promise<string>) => {
  const clock = new FakeClock()
  const start = clock.now()
  const reported: [number, string | number][] = []
  const heartbeat = new PageHeartbeat({
    clock,
    ask,
    pause_ms: () => PAUSE_MS,
    deadline_ms: DEADLINE_MS,
    answered: answer => reported.push([clock.now() - start, answer]),
    missed: misses => reported.push([clock.now() - start, misses]),
  })
  heartbeat.start()
  return { clock, reported, heartbeat }
}

test('a page that answers is checked after every pause', async () => {
  const { clock, reported } = setUp(async () => 'well')
  await clock.advance(3 * PAUSE_MS)
  expect(reported).toEqual([
    [1000, 'well'],
    [2000, 'well'],
    [3000, 'well'],
  ])
})

test('the first missed check is repeated at once, later ones after the pause', async () => {
  const { clock, reported } = setUp(() => new Promise(() => undefined))
  await clock.advance(3 * PAUSE_MS)
  expect(reported).toEqual([
    [1300, 1],
    [1600, 2],
    [2900, 3],
  ])
})

test('an answer ends the count of misses', async () => {
  const answers = ['fails', 'well', 'fails', 'fails']
  const { clock, reported } = setUp(async () => {
    const answer = answers.shift() ?? 'well'
    if (answer === 'fails') throw new Error('Target closed')
    return answer
  })
  await clock.advance(2 * PAUSE_MS)
  expect(reported.map(([, what]) => what)).toEqual([1, 'well', 1, 2])
})

test('a check can be made at once, and none comes after the end', async () => {
  const { clock, reported, heartbeat } = setUp(async () => 'well')
  await clock.advance(11)
  heartbeat.checkNow()
  await clock.advance(0)
  expect(reported).toEqual([[11, 'well']])
  heartbeat[Symbol.dispose]()
  heartbeat.checkNow()
  await clock.advance(10 * PAUSE_MS)
  expect(reported).toHaveLength(1)
})
