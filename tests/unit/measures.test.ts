/** What is measured against a target and a limit: each share with its counts, told once and ended once. */
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { AdministratorNotices } from '../../src/alerts/administrator-notices.ts'
import { HealthWatch } from '../../src/alerts/health-watch.ts'
import { IncidentRegister } from '../../src/alerts/incident-register.ts'
import { createSqliteIncidents, incidentMigrations } from '../../src/alerts/sqlite/sqlite-incidents.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { listSettings } from '../../src/config/setting.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import type { Health } from '../../src/platform/health.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import type { MeasureName } from '../../src/platform/measure-names.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { stringsIn } from '../../src/text/language.ts'
import { createMeasures, type MeasureSettings } from '../../src/watch/measures.ts'
import { RecentAnswers } from '../../src/watch/recent-answers.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** A configuration that sets nothing of alerts. */
const DEMO = join(import.meta.dirname, '../../config/demo.json')
const BYTES_PER_MB = 1_000_000
const { alerts: DEFAULTS } = loadSettings({
  environment: { DENIDIN_AI_PROVIDER: 'offline', DENIDIN_EMBEDDINGS_PROVIDER: 'offline' },
  file: DEMO,
  cwd: '/',
}).settings

class Rig {
  readonly clock = new FakeClock()
  readonly answers = new RecentAnswers(this.clock)
  readonly metrics = this.answers.following(createMetrics())
  active = 0
  megabytes = 0
  ended = { expired: 0, reset: 0 }
  uptime = { up_ms: 0, stopped_ms: 0, down_ms: 0 }
  readonly measures

  constructor(settings: Partial<MeasureSettings> = {}) {
    this.measures = createMeasures({
      settings: { ...DEFAULTS, ...settings },
      answers: this.answers,
      sessions: async () => this.active,
      memoryBytes: async () => this.megabytes * BYTES_PER_MB,
      ended: async () => this.ended,
      uptime: async () => this.uptime,
    })
  }

  async health(name: MeasureName): Promise<Health> {
    const measure = this.measures.find(each => each.name === name)
    if (measure === undefined) throw new Error(name)
    return await measure.health()
  }

  /** So many answers that took DeniDin so long. */
  answer(count: number, own_ms = 10): void {
    for (let at = 0; at < count; at++) {
      this.metrics.add('turns_total', { outcome: 'answered' })
      this.metrics.observe('own_response_seconds', {}, own_ms / 1000)
    }
  }

  fail(count: number): void {
    for (let at = 0; at < count; at++) this.metrics.add('turns_total', { outcome: 'no_answer' })
  }
}

test('the defaults are the targets and limits that are documented', () => {
  const defaults = listSettings({ alerts: SCHEMA.alerts }).map(each => [each.key.replace('alerts.', ''), each.default])
  expect(Object.fromEntries(defaults)).toMatchObject({
    'response_time.target_ms': 500,
    'response_time.limit_ms': 1000,
    'sessions.target': 1000,
    'sessions.limit': 5000,
    'memory.target_megabytes': 500,
    'memory.limit_megabytes': 2000,
    'errors.target_percent': 1,
    'errors.limit_percent': 5,
    'auto_expiry.target_percent': 95,
    'auto_expiry.limit_percent': 50,
    'uptime.target_percent': 99.95,
    'uptime.limit_percent': 0,
    'uptime.window_days': 30,
  })
})

test('a share of too few is not judged, and says how many there are', async () => {
  const rig = new Rig()
  rig.fail(19)
  expect(await rig.health('error rate')).toEqual({
    state: 'unknown',
    detail: '19 of 19 messages (100 %) got no answer in the last 60 minutes: too few to judge, at least 20 are needed.',
  })
  rig.fail(1)
  expect(await rig.health('error rate')).toEqual({
    state: 'degraded',
    detail: '20 of 20 messages (100 %) got no answer in the last 60 minutes; the target is 1 %, the limit 5 %.',
  })
})

test('95 % of the answers must be within the limit of the response time', async () => {
  const rig = new Rig()
  rig.answer(95, 400)
  rig.answer(5, 3000)
  expect(await rig.health('response time')).toMatchObject({
    state: 'ok',
    detail:
      'DeniDin itself needed at most 400 ms for 95 % of 100 answers in the last 60 minutes; the target is 500 ms, the limit 1,000 ms.',
  })
  rig.answer(1, 3000)
  expect(await rig.health('response time')).toMatchObject({ state: 'degraded' })
})

test('a missed target is shown, and is no problem', async () => {
  const rig = new Rig()
  rig.active = 1200
  expect(await rig.health('session count')).toEqual({
    state: 'ok',
    detail: '1,200 sessions are active; the target is 1,000, the limit 5,000. The target is missed.',
  })
})

test('an alarm ends only at some distance from the limit', async () => {
  const rig = new Rig()
  const states = async (values: readonly number[]): Promise<readonly string[]> => {
    const found: string[] = []
    for (const value of values) {
      rig.megabytes = value
      found.push((await rig.health('memory size')).state)
    }
    return found
  }
  expect(await states([2000, 2001, 1999, 1701, 1700, 1999, 2001])).toEqual([
    'ok',
    'degraded',
    'degraded',
    'degraded',
    'ok',
    'ok',
    'degraded',
  ])
})

test('automatic expiry has a least share', async () => {
  const rig = new Rig()
  rig.ended = { expired: 9, reset: 11 }
  expect(await rig.health('automatic expiry')).toMatchObject({
    state: 'degraded',
    detail: '9 of 20 sessions (45 %) ended by themselves in the last 7 days; the target is 95 %, the limit 50 %.',
  })
  rig.ended = { expired: 20, reset: 5 }
  expect(await rig.health('automatic expiry')).toMatchObject({ state: 'ok', detail: /The target is missed/ })
})

test('each measure is judged by its own settings of alerts, and with a limit of 0 not at all', async () => {
  const rig = new Rig({
    window_minutes: 10,
    minimum_count: 2,
    response_time: { target_ms: 20, limit_ms: 50 },
    errors: { target_percent: 10, limit_percent: 40 },
    sessions: { target: 1, limit: 2 },
    memory: { target_megabytes: 1, limit_megabytes: 3 },
    auto_expiry: { target_percent: 90, limit_percent: 80, window_days: 3 },
    uptime: { target_percent: 99.9, limit_percent: 99, window_days: 2 },
  })
  rig.answer(1, 60)
  rig.fail(1)
  rig.answer(1, 60)
  rig.active = 3
  rig.megabytes = 4
  rig.ended = { expired: 3, reset: 1 }
  rig.uptime = { up_ms: 47 * HOUR_MS, stopped_ms: 20 * MINUTE_MS, down_ms: 40 * MINUTE_MS }
  const details = await Promise.all(rig.measures.map(async each => (await each.health()).detail))
  expect(details).toEqual([
    'DeniDin itself needed at most 60 ms for 95 % of 2 answers in the last 10 minutes; the target is 20 ms, the limit 50 ms.',
    '1 of 3 messages (33.3 %) got no answer in the last 10 minutes; the target is 10 %, the limit 40 %. The target is missed.',
    '3 sessions are active; the target is 1, the limit 2.',
    'Messages, memories and their index take 4 MB; the target is 1 MB, the limit 3 MB.',
    '3 of 4 sessions (75 %) ended by themselves in the last 3 days; the target is 90 %, the limit 80 %.',
    'DeniDin ran 47 of the last 48 hours (97.917 %), was stopped for 20 minutes, and down for 40 minutes; the target is 99.9 %, the limit 99 %.',
  ])
  await rig.clock.advance(11 * MINUTE_MS)
  expect(await rig.health('error rate')).toMatchObject({ detail: expect.stringMatching(/^0 of 0 messages/) })
  const off = new Rig({ sessions: { target: 0, limit: 0 } })
  off.active = 1_000_000
  expect(await off.health('session count')).toEqual({
    state: 'off',
    detail: '1,000,000 sessions are active; the target is 0, no limit is set. The target is missed.',
  })
})

test('an uptime is shown with its time from the start on, and judged by its target from a day of record on', async () => {
  const rig = new Rig()
  expect(await rig.health('uptime')).toEqual({
    state: 'off',
    detail: 'DeniDin has not run yet: too few to judge, at least 24 hours are needed.',
  })
  const shown = async (up_ms: number, down_ms = 0) => {
    rig.uptime = { up_ms, stopped_ms: 0, down_ms }
    return (await rig.health('uptime')).detail
  }
  expect(await shown(20 * SECOND_MS)).toMatch(/^DeniDin ran 20 of the last 20 seconds since its first start \(100 %\)/)
  expect(await shown(90 * MINUTE_MS, 9 * MINUTE_MS)).toMatch(
    /^DeniDin ran 90 of the last 99 minutes since .* \(90.909 %\)/,
  )
  expect(await shown(3 * HOUR_MS)).toBe(
    'DeniDin ran 3 of the last 3 hours since its first start (100 %), was stopped for 0 minutes, and down for 0 minutes: too few to judge, at least 24 hours are needed.',
  )
  expect(await shown(24 * HOUR_MS)).toMatch(/; the target is 99\.95 %, no limit is set\.$/)
  rig.uptime = { up_ms: 71 * HOUR_MS, stopped_ms: 0, down_ms: HOUR_MS }
  expect(await rig.health('uptime')).toEqual({
    state: 'off',
    detail:
      'DeniDin ran 71 of the last 72 hours since its first start (98.611 %), was stopped for 0 minutes, and down for 60 minutes; the target is 99.95 %, no limit is set. The target is missed.',
  })
  const limited = new Rig({ uptime: { target_percent: 99.95, limit_percent: 99, window_days: 30 } })
  limited.uptime = { up_ms: 22 * HOUR_MS, stopped_ms: 0, down_ms: HOUR_MS }
  expect(await limited.health('uptime')).toMatchObject({
    state: 'unknown',
    detail: expect.stringMatching(/^DeniDin ran 22 of the last 23 hours/),
  })
  limited.uptime = { up_ms: 23 * HOUR_MS, stopped_ms: 0, down_ms: HOUR_MS }
  expect(await limited.health('uptime')).toMatchObject({ state: 'degraded' })
})

test('a target beyond its limit is refused at the start', () => {
  const load = (key: string, value: string) => () =>
    loadSettings({
      environment: { DENIDIN_AI_PROVIDER: 'offline', DENIDIN_EMBEDDINGS_PROVIDER: 'offline', [key]: value },
      file: DEMO,
      cwd: '/',
    })
  expect(load('DENIDIN_ALERTS_ERRORS_TARGET_PERCENT', '6')).toThrow(
    'alerts.errors.target_percent: must be at most the limit beside it, 5, not 6',
  )
  expect(load('DENIDIN_ALERTS_AUTO_EXPIRY_TARGET_PERCENT', '40')).toThrow(
    'alerts.auto_expiry.target_percent: must be at least the limit beside it, 50, not 40',
  )
  expect(load('DENIDIN_ALERTS_UPTIME_LIMIT_PERCENT', '99.99')).toThrow(
    'alerts.uptime.target_percent: must be at least the limit beside it, 99.99, not 99.95',
  )
})

test('the godfather is told once that a limit is missed, however the value moves, and once that it is over', async () => {
  const rig = new Rig()
  using database = new Database(':memory:', incidentMigrations)
  const shared = { clock: rig.clock, logger: silentLogger, after_ms: 30_000 }
  const register = new IncidentRegister({ ...shared, store: createSqliteIncidents(database), ids: systemIds })
  const said: string[] = []
  const notices = new AdministratorNotices({
    say: async wording => {
      said.push(wording(stringsIn('en')))
      return true
    },
  })
  await using watch = new HealthWatch({
    ...shared,
    checks: rig.measures,
    register,
    notices,
    health: { checked: () => undefined },
  })
  await watch.start()
  rig.answer(100)
  await rig.clock.advance(10 * MINUTE_MS)
  expect(said).toEqual([])
  rig.fail(10)
  await rig.clock.advance(2 * MINUTE_MS)
  rig.fail(5)
  await rig.clock.advance(20 * MINUTE_MS)
  expect(said).toEqual([
    expect.stringMatching(/^⚠️ Error rate misses its limit: 10 of 110 messages \(9\.1 %\) got no answer/),
  ])
  // The failures leave the window, and nothing else happens.
  await rig.clock.advance(61 * MINUTE_MS)
  expect(said.slice(1)).toEqual([expect.stringMatching(/^✅ Error rate is well again\. It missed its limit for .+\.$/)])
  await rig.clock.advance(120 * MINUTE_MS)
  expect(said).toHaveLength(2)
})
