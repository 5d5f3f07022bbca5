/**
 * The throttle of backups spreads bytes over time, gives nothing back for time in which nothing was read, and lets
 * answers go first.
 */
import { expect, test } from '@jest/globals'
import { Throttle } from '../../src/backup/throttle.ts'
import { urgentWorkBegins, urgentWorkPauses, urgentWork } from '../../src/platform/urgent-work.ts'
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

test('a backup pauses while an answer is prepared, and goes on although answers never end', async () => {
  const clock = new FakeClock()
  const throttle = new Throttle(clock, 1e12, urgentWork)
  expect(throttle.delay(1)).toBe(0)
  urgentWorkBegins()
  try {
    expect(throttle.delay(1)).toBe(20)
    await clock.advance(20)
    expect(throttle.delay(1)).toBe(0)
    await clock.advance(20)
    expect(throttle.delay(1)).toBe(20)
  } finally {
    urgentWorkPauses()
  }
  await clock.advance(100)
  expect(throttle.delay(1)).toBe(0)
})

test('the pause for an answer is part of the pause for the bytes', () => {
  urgentWorkBegins()
  try {
    expect(new Throttle(new FakeClock(), 5 * MB, urgentWork).delay(10 * MB)).toBeCloseTo(2000)
  } finally {
    urgentWorkPauses()
  }
})
