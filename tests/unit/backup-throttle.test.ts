/** The throttle of backups spreads bytes over time, and gives nothing back for time in which nothing was read. */
import { expect, test } from '@jest/globals'
import { Throttle } from '../../src/backup/throttle.ts'
import { FakeClock } from '../support/fake-clock.ts'

const MB = 2 ** 20

test('ten megabytes at five in a second take two seconds', () => {
  expect(new Throttle(new FakeClock(), 5 * MB).delay(10 * MB)).toBeCloseTo(2000)
})

test('small pieces add up to a pause that is worth taking', () => {
  const throttle = new Throttle(new FakeClock(), 100 * MB)
  const delays = Array.from({ length: 3 }, () => throttle.delay(MB / 4))
  expect(delays.map(delay => delay > 0)).toEqual([false, true, true])
})

test('time that passes counts, and idle time is not saved up', async () => {
  const clock = new FakeClock()
  const throttle = new Throttle(clock, MB)
  throttle.delay(MB)
  await clock.advance(400)
  expect(throttle.delay(0)).toBeCloseTo(600)
  await clock.advance(60_000)
  expect(throttle.delay(MB)).toBeCloseTo(1000)
})
