import { expect, test } from '@jest/globals'
import { ClockHealth } from '../../src/platform/clock-health.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** The state after the clock was set by this many milliseconds and some time passed. */
const after = async (set_by_ms: number, passed_ms = 2 * MINUTE_MS) => {
  const clock = new FakeClock(Date.UTC(2026, 10, 28))
  using health = new ClockHealth(clock)
  await clock.advance(5 * MINUTE_MS)
  clock.step(set_by_ms)
  await clock.advance(passed_ms)
  return await health.health()
}

test('a clock that was not set shows its time and its zone', async () => {
  expect(await after(0)).toMatchObject({ state: 'ok', detail: expect.stringContaining('time zone UTC') })
})

test.each([-2 * MINUTE_MS, -HOUR_MS, -24 * HOUR_MS])(
  'a clock that was set back by %d ms is trouble for an hour',
  async by => {
    expect(await after(by)).toMatchObject({
      state: 'degraded',
      detail: expect.stringContaining(`set back by ${String(-by / MINUTE_MS)} minutes`),
    })
    expect(await after(by, HOUR_MS + 2 * MINUTE_MS)).toMatchObject({ state: 'ok' })
  },
)

test.each([5000, -5000, HOUR_MS, 24 * HOUR_MS])(
  'small corrections, and steps forward, are not trouble: %d',
  async by => {
    expect(await after(by)).toMatchObject({ state: 'ok' })
  },
)

test.each([0, Date.UTC(2000, 0, 1), Date.UTC(2025, 11, 31)])(
  'a clock that shows a time that cannot be is down: %d',
  async at => {
    using health = new ClockHealth(new FakeClock(at))
    expect(await health.health()).toMatchObject({ state: 'down', detail: expect.stringContaining('set it') })
  },
)
