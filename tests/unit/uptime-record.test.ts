/** When the bot ran: from its starts, stops and signs of life, over crashes, silence and a clock that jumps. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { UptimeRecord } from '../../src/watch/uptime-record.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

let folder: TemporaryFolder
let clock: FakeClock
beforeEach(async () => {
  folder = await temporaryFolder()
  clock = new FakeClock()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const file = (): string => join(folder.path, 'uptime.json')
const record = (): UptimeRecord => new UptimeRecord({ path: file(), clock, logger: silentLogger })

/** Time passes in a process that lives: its signs of life are written. */
const live = async (milliseconds: number): Promise<void> => {
  for (let left = milliseconds; left > 0; left -= 30 * SECOND_MS) {
    await clock.advance(Math.min(left, 30 * SECOND_MS))
    await until(() => readFileSync(file(), 'utf8').includes(String(clock.now())))
  }
}

/** Time passes without any process. */
const pass = (milliseconds: number): void => {
  clock.step(milliseconds)
}

test('before the first start nothing counts, and then the whole time of a bot that runs on', async () => {
  const one = record()
  expect(await one.figures(DAY_MS)).toEqual({ up_ms: 0, stopped_ms: 0, down_ms: 0 })
  await one.start()
  await live(10 * MINUTE_MS)
  expect(await one.figures(DAY_MS)).toEqual({ up_ms: 10 * MINUTE_MS, stopped_ms: 0, down_ms: 0 })
  expect(await one.figures(MINUTE_MS)).toEqual({ up_ms: MINUTE_MS, stopped_ms: 0, down_ms: 0 })
  await one.stop()
})

test('a stop counts as stopped, in another process too', async () => {
  const one = record()
  await one.start()
  await live(HOUR_MS)
  await one.stop()
  pass(HOUR_MS)
  expect(await record().figures(DAY_MS)).toEqual({ up_ms: HOUR_MS, stopped_ms: HOUR_MS, down_ms: 0 })
  const two = record()
  await two.start()
  await live(HOUR_MS)
  expect(await two.figures(DAY_MS)).toEqual({ up_ms: 2 * HOUR_MS, stopped_ms: HOUR_MS, down_ms: 0 })
  // The stop lies before the window, and still says why the bot did not run at its beginning.
  expect(await two.figures(90 * MINUTE_MS)).toEqual({ up_ms: HOUR_MS, stopped_ms: 30 * MINUTE_MS, down_ms: 0 })
  await two.stop()
})

test('a bot that was killed was down from its last sign of life on', async () => {
  await record().start()
  await live(10 * MINUTE_MS)
  pass(20 * SECOND_MS)
  pass(5 * MINUTE_MS)
  expect(await record().figures(DAY_MS)).toEqual({
    up_ms: 10 * MINUTE_MS,
    stopped_ms: 0,
    down_ms: 5 * MINUTE_MS + 20 * SECOND_MS,
  })
  const next = record()
  await next.start()
  expect(await next.figures(DAY_MS)).toMatchObject({ down_ms: 5 * MINUTE_MS + 20 * SECOND_MS })
  await next.stop()
})

test('a process that gives no sign for long, such as on a machine that sleeps, was down meanwhile', async () => {
  const one = record()
  await one.start()
  await live(MINUTE_MS)
  pass(HOUR_MS)
  await live(MINUTE_MS)
  expect(await one.figures(DAY_MS)).toMatchObject({ down_ms: HOUR_MS + 30 * SECOND_MS })
  await one.stop()
})

test('a clock that is set back counts no time twice, and none that is to come', async () => {
  const one = record()
  await one.start()
  await live(2 * HOUR_MS)
  pass(-HOUR_MS)
  await live(10 * MINUTE_MS)
  const { up_ms, stopped_ms, down_ms } = await one.figures(DAY_MS)
  expect(up_ms + stopped_ms + down_ms).toBe(HOUR_MS + 10 * MINUTE_MS)
  expect(down_ms).toBe(0)
  await one.stop()
})

test('a damaged file, and one that cannot be written, keep nothing from starting', async () => {
  writeFileSync(file(), '{"stretches": [{"beg')
  const one = record()
  await one.start()
  expect(await one.figures(DAY_MS)).toEqual({ up_ms: 0, stopped_ms: 0, down_ms: 0 })
  await one.stop()
  const nowhere = new UptimeRecord({ path: join(folder.path, 'no/such/file'), clock, logger: silentLogger })
  await nowhere.start()
  expect(await nowhere.figures(DAY_MS)).toEqual({ up_ms: 0, stopped_ms: 0, down_ms: 0 })
  await nowhere.stop()
})

test('a process that is not the bot records nothing', async () => {
  await record().stop()
  expect(() => readFileSync(file())).toThrow('ENOENT')
})
