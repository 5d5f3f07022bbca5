import { expect, test } from '@jest/globals'
import { startSchedule } from '../../src/interfaces/cron/schedule.ts'
import { ScheduleHealth } from '../../src/interfaces/cron/schedule-health.ts'
import { nodeCron, type Scheduler } from '../../src/interfaces/cron/scheduler.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { VERIFICATION } from '../support/operations/fake-backups.ts'
import { keptLog } from '../support/operations/kept-log.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'

const settings = {
  expiry_cron: '*/10 * * * *',
  cleanup_cron: '0 2 * * *',
  weekly_cron: '0 6 * * 0',
  monthly_cron: '0 7 1 * *',
  health_cron: '0 5 * * *',
  reports_cron: '30 6 * * 1',
  incremental_backup_cron: '30 2 * * *',
  full_backup_cron: '0 3 * * 0',
  archive_backup_cron: '0 4 1 * *',
  backup_verify_cron: '0 5 * * *',
  backup_drill_cron: '0 6 1 * *',
  orphans_cron: '15 4 * * 1',
  vacuum_cron: '45 4 * * 1',
}

/** A scheduler that the test rings. */
const setUp = ({ jitter_ms = 0 } = {}) => {
  const parts = new OperationRig()
  const log = keptLog()
  const tasks = new Map<string, { expression: string; ring: () => Promise<void>; ended: boolean }>()
  const scheduler: Scheduler = (expression, name, ring) => {
    const task = { expression, ring, ended: false }
    tasks.set(name, task)
    return {
      [Symbol.asyncDispose]: () => {
        task.ended = true
        return Promise.resolve()
      },
    }
  }
  const runner = parts.runner(log)
  const clock = new FakeClock()
  const health = new ScheduleHealth(clock)
  const schedule = startSchedule({
    settings,
    runner,
    clock,
    logger: log,
    scheduler,
    health,
    runs: parts.system.schedule,
    jitter_ms,
    ids: { fraction: () => 0.5 },
  })
  return { parts, log, tasks, schedule, clock, health }
}

test('the expiry schedule sweeps without purging, the cleanup schedule purges', async () => {
  const { parts, tasks } = setUp()
  expect([...tasks].map(([name, { expression }]) => [name, expression])).toEqual(Object.entries(settings))
  await tasks.get('expiry_cron')?.ring()
  expect(parts.asked).toEqual(['sweep'])
  await tasks.get('cleanup_cron')?.ring()
  expect(parts.asked).toEqual(['sweep', 'purge'])
})

test('each schedule of a report writes its report', async () => {
  const { parts, tasks } = setUp()
  for (const key of ['weekly_cron', 'monthly_cron', 'health_cron', 'reports_cron']) await tasks.get(key)?.ring()
  expect(parts.asked).toEqual(['report weekly', 'report monthly', 'report health', 'scheduled reports'])
})

test('each schedule of a backup makes its backup, the last two verify: the newest, and one at random', async () => {
  const { parts, tasks } = setUp()
  const keys = ['incremental_backup_cron', 'full_backup_cron', 'archive_backup_cron', 'backup_verify_cron']
  for (const key of [...keys, 'backup_drill_cron']) await tasks.get(key)?.ring()
  expect(parts.asked.filter(asked => asked !== 'copy soon')).toEqual([
    'backup incremental',
    'backup full',
    'backup archive',
    'prune',
    'verify latest',
    'drill',
  ])
})

test('with backup.scheduled off the schedule makes no backup, and an operator still does', async () => {
  const { parts, tasks } = setUp()
  Object.assign(parts.backup.settings, { scheduled: false })
  await tasks.get('full_backup_cron')?.ring()
  await tasks.get('backup_verify_cron')?.ring()
  expect(parts.asked).toEqual([])
  await parts.runner().run('jobs.run', { job: 'backup' }, { caller: { transport: 'cli', level: 'operator' } })
  expect(parts.asked).toEqual(['backup incremental'])
})

test('a scheduled verification that finds the backup damaged is trouble until one is in order', async () => {
  const { parts, tasks, health } = setUp()
  parts.backup.backups.verification = { ...VERIFICATION, in_order: false, problems: ['an object is missing'] }
  await tasks.get('backup_verify_cron')?.ring()
  expect(await health.health()).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('an object is missing'),
  })
  parts.backup.backups.verification = VERIFICATION
  await tasks.get('backup_verify_cron')?.ring()
  expect(await health.health()).toMatchObject({ state: 'ok' })
})

test('a failure is logged and the next time comes all the same', async () => {
  const { parts, log, tasks, health } = setUp()
  const sweep = parts.sessions.lifecycle.sweep
  parts.sessions.lifecycle.sweep = () => Promise.reject(new DenidinError('unavailable', 'no model'))
  await tasks.get('expiry_cron')?.ring()
  expect(log.lines).toContainEqual({
    level: 'error',
    component: 'cron',
    message: 'A scheduled operation failed',
    fields: { schedule: 'expiry_cron', operation: 'session.sweep', code: 'unavailable' },
  })
  expect(await health.health()).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^session\.sweep fails since .+: no model\.$/),
  })
  await tasks.get('cleanup_cron')?.ring()
  expect(await health.health()).toMatchObject({ state: 'degraded' })
  parts.asked.length = 0
  parts.sessions.lifecycle.sweep = sweep
  await tasks.get('expiry_cron')?.ring()
  expect(parts.asked).toEqual(['sweep'])
  expect(await health.health()).toMatchObject({ state: 'ok' })
})

test('a stop ends the schedule, calls off what is under way and waits for its end', async () => {
  const { parts, log, tasks, schedule } = setUp()
  const ended: string[] = []
  parts.sessions.lifecycle.sweep = options =>
    new Promise((_, reject) => {
      options?.signal?.addEventListener('abort', () => {
        ended.push('sweep')
        reject(new Error('called off'))
      })
    })
  const ringing = tasks.get('expiry_cron')?.ring()
  await new Promise(resolve => setImmediate(resolve))
  await schedule[Symbol.asyncDispose]()
  expect(ended).toEqual(['sweep'])
  expect([...tasks.values()].every(task => task.ended)).toBe(true)
  expect(log.lines.filter(line => line.component === 'cron')).toEqual([])
  await ringing
})

test.each([
  ['back by an hour', -HOUR_MS],
  ['back by a day', -DAY_MS],
  ['forward by a day', DAY_MS],
])('after the clock was set %s the schedule is planned anew, once', async (_, step_ms) => {
  const { parts, tasks, clock } = setUp()
  const before = [...tasks.values()]
  await clock.advance(5 * MINUTE_MS)
  expect([...tasks.values()]).toEqual(before)
  clock.step(step_ms)
  await clock.advance(5 * MINUTE_MS)
  const after = [...tasks.values()]
  expect(before.every(task => task.ended)).toBe(true)
  expect(after.map(({ expression, ended }) => [expression, ended])).toEqual(
    Object.values(settings).map(expression => [expression, false]),
  )
  await tasks.get('expiry_cron')?.ring()
  expect(parts.asked).toEqual(['sweep'])
  await clock.advance(HOUR_MS)
  expect([...tasks.values()]).toEqual(after)
})

test('node-cron rings every second when told to, and no more once it has ended', async () => {
  const rang = Promise.withResolvers<undefined>()
  let times = 0
  const task = nodeCron('* * * * * *', 'test', () => {
    times++
    rang.resolve(undefined)
    return Promise.resolve()
  })
  // The timer does not keep the process alive; the test runner does.
  await rang.promise
  await task[Symbol.asyncDispose]()
  expect(times).toBe(1)
})

test('each run is recorded with its start, its duration and its outcome', async () => {
  const { parts, tasks } = setUp()
  await tasks.get('expiry_cron')?.ring()
  expect(parts.system.runs.get('expiry_cron')).toMatchObject({ outcome: 'done', duration_ms: expect.any(Number) })
  parts.sessions.lifecycle.sweep = () => Promise.reject(new DenidinError('unavailable', 'the disk is full'))
  await tasks.get('expiry_cron')?.ring()
  expect(parts.system.runs.get('expiry_cron')).toMatchObject({ outcome: 'failed', reason: 'the disk is full' })
  parts.sessions.lifecycle.sweep = () => Promise.reject(new DenidinError('disabled', 'the memory system is off'))
  await tasks.get('expiry_cron')?.ring()
  expect(parts.system.runs.get('expiry_cron')).toMatchObject({ outcome: 'off' })
})

test('with a jitter, a run begins late by a random part of it, and not at all if the bot stops meanwhile', async () => {
  const { parts, tasks, clock, schedule } = setUp({ jitter_ms: 10_000 })
  const late = tasks.get('cleanup_cron')?.ring()
  await clock.advance(4_999)
  expect(parts.asked).toEqual([])
  await clock.advance(1)
  await late
  expect(parts.asked).toEqual(['purge'])
  const never = tasks.get('cleanup_cron')?.ring()
  await schedule[Symbol.asyncDispose]()
  await never
  expect(parts.asked).toEqual(['purge'])
})

test('a job that was run on request is recorded too, and the list shows it', async () => {
  const { parts } = setUp()
  const caller = { transport: 'cli', level: 'operator' } as const
  await parts.runner().run('jobs.run', { job: 'vacuum' }, { caller })
  const { jobs, time_zone } = await parts.runner().run('jobs.list', {}, { caller })
  expect(time_zone).toBe(parts.clock.zone.name)
  expect(jobs).toContainEqual(
    expect.objectContaining({ name: 'vacuum', outcome: 'done', problem: null, last_run: expect.any(String) }),
  )
  expect((jobs as { name: string }[]).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['expiry', 'cleanup', 'consolidation', 'orphans', 'vacuum', 'backup', 'backup-verify']),
  )
})
