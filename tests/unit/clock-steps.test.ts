import { expect, test } from '@jest/globals'
import { longestElapsed } from '../../src/platform/clock-steps.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'

test.each([
  ['stays', 0],
  ['is set back by a minute', -MINUTE_MS],
  ['is set back by an hour', -HOUR_MS],
  ['is set back by a year', -365 * DAY_MS],
  ['is set forward by an hour', HOUR_MS],
  ['is set forward by a year', 365 * DAY_MS],
])('what is dated before or after the clock %s counts as recent', async (_, step_ms) => {
  const clock = new FakeClock()
  const elapsed = longestElapsed(clock)
  await clock.advance(SECOND_MS)
  const before = clock.now()
  clock.step(step_ms)
  await clock.advance(SECOND_MS)
  const after = clock.now()
  await clock.advance(SECOND_MS)
  const since = clock.now() - elapsed()
  expect(since).toBeLessThanOrEqual(Math.min(before, after))
})
