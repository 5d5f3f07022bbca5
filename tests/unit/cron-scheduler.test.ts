// Schedules on the days on which the clock is changed, after an absence, and with a clock that is set.
import { timeZone } from '../../src/platform/time-zone.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { LastRunsFile, type LastRuns } from '../../src/interfaces/cron/last-runs.ts'
import { createScheduler, type Scheduler } from '../../src/interfaces/cron/scheduler.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'

const cleanUp = cleanUpAfterEach()

/** A trigger that never comes, like node-cron in the hour that is left out. */
const never: Scheduler = () => ({ [Symbol.asyncDispose]: async () => undefined })

const noted = (): LastRuns & { readonly runs: Map<string, number> } => {
  const runs = new Map<string, number>()
  return {
    runs,
    read: async name => runs.get(name),
    write: async (name, at) => {
      runs.set(name, at)
    },
  }
}

/** When `expression` runs between two instants, by the clock on the wall. */
const runsBetween = async (
  time_zone: string,
  expression: string,
  from: string,
  to: string,
  lastRuns: LastRuns = noted(),
): Promise<readonly string[]> => {
  const clock = new FakeClock(Date.parse(from), timeZone(time_zone))
  const scheduler = createScheduler({ clock, lastRuns, logger: memoryLog(), trigger: never })
  const runs: string[] = []
  const schedule = scheduler(expression, 'cleanup_cron', async () => {
    runs.push(new Date(clock.now()).toLocaleString('sv', { timeZone: time_zone }).slice(0, 16))
  })
  // The last run is read first.
  await clock.advance(0)
  await clock.advance(Date.parse(to) - Date.parse(from))
  await schedule[Symbol.asyncDispose]()
  return runs
}

describe('a daily run', () => {
  test.each([
    // The hour that is left out: once, when it is over.
    ['Asia/Jerusalem', '0 2 * * *', '2026-03-26', ['2026-03-26 02:00', '2026-03-27 03:00', '2026-03-28 02:00']],
    ['America/New_York', '0 2 * * *', '2026-03-07', ['2026-03-07 02:00', '2026-03-08 03:00', '2026-03-09 02:00']],
    ['Europe/Berlin', '30 2 * * *', '2026-03-28', ['2026-03-28 02:30', '2026-03-29 03:00', '2026-03-30 02:30']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03', ['2026-10-03 02:15', '2026-10-04 02:30', '2026-10-05 02:15']],
    ['America/Santiago', '0 0 * * *', '2026-09-05', ['2026-09-05 00:00', '2026-09-06 01:00', '2026-09-07 00:00']],
    ['Europe/Berlin', '0,30 2 * * *', '2026-03-29', ['2026-03-29 03:00', '2026-03-30 02:00', '2026-03-30 02:30']],
    // The hour that comes twice: once, the first time.
    ['Asia/Jerusalem', '30 1 * * *', '2026-10-24', ['2026-10-24 01:30', '2026-10-25 01:30', '2026-10-26 01:30']],
    ['America/New_York', '30 1 * * *', '2026-10-31', ['2026-10-31 01:30', '2026-11-01 01:30', '2026-11-02 01:30']],
    ['Europe/Berlin', '30 2 * * *', '2026-10-24', ['2026-10-24 02:30', '2026-10-25 02:30', '2026-10-26 02:30']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04', ['2026-04-04 01:45', '2026-04-05 01:45', '2026-04-06 01:45']],
    // Others.
    ['UTC', '0 2 * * *', '2026-03-28', ['2026-03-28 02:00', '2026-03-29 02:00', '2026-03-30 02:00']],
    ['Asia/Kolkata', '0 2 * * *', '2026-03-28', ['2026-03-28 02:00', '2026-03-29 02:00', '2026-03-30 02:00']],
    ['Europe/Berlin', '0 2 * * 0', '2026-03-22', ['2026-03-22 02:00', '2026-03-29 03:00', '2026-04-05 02:00']],
    ['Europe/Berlin', '0 2 29 * *', '2026-03-29', ['2026-03-29 03:00']],
  ])('in %s at %s from %s on', async (time_zone, expression, day, expected) => {
    const from = new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString()
    const last = expected.at(-1)?.slice(0, 10) ?? day
    const to = new Date(Date.parse(`${last}T00:00:00Z`) + DAY_MS).toISOString()
    const runs = await runsBetween(time_zone, expression, from, to)
    expect(runs.filter(run => run >= day && run <= `${last} 23`)).toEqual(expected)
  })
})

describe('what was due while the bot was down', () => {
  test('runs once after the start, however often it was missed', async () => {
    const lastRuns = noted()
    lastRuns.runs.set('cleanup_cron', Date.parse('2026-11-20T02:00:00Z'))
    const runs = await runsBetween('UTC', '0 2 * * *', '2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z', lastRuns)
    expect(runs).toEqual(['2026-11-25 12:00', '2026-11-26 02:00'])
  })

  test('and was missed for years runs once too', async () => {
    const lastRuns = noted()
    lastRuns.runs.set('cleanup_cron', 0)
    expect(
      await runsBetween('UTC', '0 2 * * *', '2026-11-25T12:00:00Z', '2026-11-25T13:00:00Z', lastRuns),
    ).toHaveLength(1)
  })

  test('does not run at the first start, nor after a restart between two times', async () => {
    const lastRuns = noted()
    expect(await runsBetween('UTC', '0 2 * * *', '2026-11-25T12:00:00Z', '2026-11-25T13:00:00Z', lastRuns)).toEqual([])
    expect(await runsBetween('UTC', '0 2 * * *', '2026-11-25T14:00:00Z', '2026-11-25T15:00:00Z', lastRuns)).toEqual([])
    expect(
      await runsBetween('UTC', '0 2 * * *', '2026-11-26T02:10:00Z', '2026-11-26T03:00:00Z', lastRuns),
    ).toHaveLength(1)
    expect(await runsBetween('UTC', '0 2 * * *', '2026-11-26T04:00:00Z', '2026-11-26T05:00:00Z', lastRuns)).toEqual([])
  })

  test('is noted in a file, which may be lost or damaged', async () => {
    const path = join(await cleanUp.folder(), 'schedule.json')
    const file = new LastRunsFile(path)
    expect(await file.read('a')).toBeUndefined()
    await file.write('a', 1)
    await file.write('b', 2)
    expect([await file.read('a'), await file.read('b')]).toEqual([1, 2])
    for (const content of ['', 'garbage', '[]', 'null', '{"a":"x"}', '{"a":1e999}']) {
      writeFileSync(path, content)
      expect([content, await new LastRunsFile(path).read('a')]).toEqual([content, undefined])
    }
    await file.write('a', 3)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: 3 })
  })

  test('is run although it cannot be noted', async () => {
    const lastRuns: LastRuns = { read: async () => 0, write: () => Promise.reject(new Error('the disk is full')) }
    expect(
      await runsBetween('UTC', '0 2 * * *', '2026-11-25T12:00:00Z', '2026-11-25T13:00:00Z', lastRuns),
    ).toHaveLength(1)
  })
})

test('a note from a clock that was years ahead does not stop the schedule', async () => {
  const lastRuns = noted()
  lastRuns.runs.set('cleanup_cron', Date.parse('2031-01-01T00:00:00Z'))
  const runs = await runsBetween('UTC', '0 2 * * *', '2026-11-25T12:00:00Z', '2026-11-26T12:00:00Z', lastRuns)
  expect(runs).toEqual(['2026-11-26 02:00'])
})

test('trigger and look together run a time once, and an act that is under way is not begun again', async () => {
  const clock = new FakeClock(Date.parse('2026-11-25T01:59:00Z'))
  let ring: () => Promise<void> = async () => undefined
  const trigger: Scheduler = (_expression, _name, act) => {
    ring = act
    return { [Symbol.asyncDispose]: async () => undefined }
  }
  const scheduler = createScheduler({ clock, lastRuns: noted(), logger: memoryLog(), trigger })
  let runs = 0
  const schedule = scheduler('0 2 * * *', 'cleanup_cron', async () => {
    runs++
  })
  await clock.advance(0)
  await clock.advance(MINUTE_MS)
  await Promise.all([ring(), ring()])
  await clock.advance(HOUR_MS)
  await ring()
  expect(runs).toBe(1)
  await schedule[Symbol.asyncDispose]()
  await clock.advance(DAY_MS)
  await ring()
  expect(runs).toBe(1)
})

test('what is due in every hour follows the trigger alone', async () => {
  const clock = new FakeClock()
  const rung: string[] = []
  const trigger: Scheduler = expression => {
    rung.push(expression)
    return { [Symbol.asyncDispose]: async () => undefined }
  }
  createScheduler({ clock, lastRuns: noted(), logger: memoryLog(), trigger })(
    '*/10 * * * *',
    'expiry_cron',
    async () => undefined,
  )
  expect(rung).toEqual(['*/10 * * * *'])
})

test('two schedules that are noted at the same time are both noted', async () => {
  const folder = await cleanUp.folder()
  const file = new LastRunsFile(join(folder, 'schedule.json'))
  await Promise.all([file.write('expiry_cron', 1), file.write('cleanup_cron', 2)])
  expect([await file.read('expiry_cron'), await file.read('cleanup_cron')]).toEqual([1, 2])
})
