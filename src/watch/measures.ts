/** What is measured against a target and a limit: response time, errors, sessions, memory, automatic expiry, uptime. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { RESPONSE_SHARE } from '../platform/response-share.ts'
import { MeasureHealth, type Reading } from './measure-health.ts'
import type { RecentAnswers } from './recent-answers.ts'
import type { UptimeFigures } from './uptime-record.ts'

/** The settings `alerts`, as far as they are about measures. */
export interface MeasureSettings {
  readonly window_minutes: number
  readonly minimum_count: number
  readonly response_time: { readonly target_ms: number; readonly limit_ms: number }
  readonly errors: { readonly target_percent: number; readonly limit_percent: number }
  readonly sessions: { readonly target: number; readonly limit: number }
  readonly memory: { readonly target_megabytes: number; readonly limit_megabytes: number }
  readonly auto_expiry: {
    readonly target_percent: number
    readonly limit_percent: number
    readonly window_days: number
  }
  readonly uptime: {
    readonly target_percent: number
    readonly limit_percent: number
    readonly window_days: number
  }
}

export interface MeasuresDeps {
  readonly settings: MeasureSettings
  readonly answers: Pick<RecentAnswers, 'ownSeconds' | 'outcomes'>
  /** Active sessions. */
  readonly sessions: () => Promise<number>
  /** Bytes of the databases of messages and memory, and of their index. */
  readonly memoryBytes: () => Promise<number>
  /** How many sessions ended within `auto_expiry.window_days`, by reason. */
  readonly ended: () => Promise<{ readonly expired: number; readonly reset: number }>
  /** How long the bot ran within `uptime.window_days`, and how long it did not. */
  readonly uptime: () => Promise<UptimeFigures>
}

const BYTES_PER_MB = 1_000_000
const PERCENT = 100

/** Less of a record says little about an uptime. */
const LEAST_RECORD_HOURS = 24

const percent = (share: number): string => `${String(Number((share * PERCENT).toFixed(1)))} %`
/** Five minutes in a month must be seen. */
const exactPercent = (share: number): string => `${String(Number((share * PERCENT).toFixed(3)))} %`
/** The largest unit of which a time has at least two, so that a plural always fits. */
const unitOf = (ms: number): readonly [name: string, ms: number] =>
  ms >= 2 * HOUR_MS ? ['hours', HOUR_MS] : ms >= 2 * MINUTE_MS ? ['minutes', MINUTE_MS] : ['seconds', SECOND_MS]
/** A share of a time: `71.5 of the last 72 hours`. */
const shareOf = (ms: number, all_ms: number): string => {
  const [name, unit] = unitOf(all_ms)
  const written = (each: number): string => whole(Math.round((each / unit) * 10) / 10)
  return `${written(ms)} of the last ${written(all_ms)} ${name}`
}
const milliseconds = (seconds: number): string => `${Math.round(seconds * SECOND_MS).toLocaleString('en')} ms`
const megabytes = (bytes: number): string => `${Math.round(bytes / BYTES_PER_MB).toLocaleString('en')} MB`
const minutes = (ms: number): string => {
  const count = Math.round(ms / MINUTE_MS)
  return `${whole(count)} minute${count === 1 ? '' : 's'}`
}
const whole = (value: number): string => value.toLocaleString('en')

export const createMeasures = (deps: MeasuresDeps): readonly MeasureHealth[] => [
  responseTime(deps),
  errorRate(deps),
  sessionCount(deps),
  memorySize(deps),
  automaticExpiry(deps),
  uptimeShare(deps),
]

const responseTime = ({ settings, answers }: MeasuresDeps): MeasureHealth => {
  const { window_minutes, minimum_count, response_time } = settings
  return new MeasureHealth({
    name: 'response time',
    better: 'lower',
    target: response_time.target_ms / SECOND_MS,
    limit: response_time.limit_ms / SECOND_MS,
    minimum_count,
    write: milliseconds,
    read: async (): Promise<Reading> => {
      const times = answers.ownSeconds(window_minutes * MINUTE_MS)
      const value = times[Math.max(0, Math.ceil(times.length * RESPONSE_SHARE) - 1)]
      const about = `of ${whole(times.length)} answers in the last ${whole(window_minutes)} minutes`
      return {
        value,
        count: times.length,
        detail:
          value === undefined
            ? `There were no answers in the last ${whole(window_minutes)} minutes`
            : `DeniDin itself needed at most ${milliseconds(value)} for ${percent(RESPONSE_SHARE)} ${about}`,
      }
    },
  })
}

const errorRate = ({ settings, answers }: MeasuresDeps): MeasureHealth => {
  const { window_minutes, minimum_count, errors } = settings
  return new MeasureHealth({
    name: 'error rate',
    better: 'lower',
    target: errors.target_percent / PERCENT,
    limit: errors.limit_percent / PERCENT,
    minimum_count,
    write: percent,
    read: async () => {
      const { answers: count, failed } = answers.outcomes(window_minutes * MINUTE_MS)
      const value = count === 0 ? undefined : failed / count
      const share = value === undefined ? '' : ` (${percent(value)})`
      return {
        value,
        count,
        detail: `${whole(failed)} of ${whole(count)} messages${share} got no answer in the last ${whole(window_minutes)} minutes`,
      }
    },
  })
}

const sessionCount = ({ settings: { sessions: bounds }, sessions }: MeasuresDeps): MeasureHealth =>
  new MeasureHealth({
    name: 'session count',
    better: 'lower',
    ...bounds,
    minimum_count: 0,
    write: whole,
    read: async () => {
      const value = await sessions()
      return { value, detail: `${whole(value)} sessions are active` }
    },
  })

const memorySize = ({ settings: { memory }, memoryBytes }: MeasuresDeps): MeasureHealth =>
  new MeasureHealth({
    name: 'memory size',
    better: 'lower',
    target: memory.target_megabytes * BYTES_PER_MB,
    limit: memory.limit_megabytes * BYTES_PER_MB,
    minimum_count: 0,
    write: megabytes,
    read: async () => {
      const value = await memoryBytes()
      return { value, detail: `Messages, memories and their index take ${megabytes(value)}` }
    },
  })

const automaticExpiry = ({ settings: { auto_expiry, minimum_count }, ended }: MeasuresDeps): MeasureHealth =>
  new MeasureHealth({
    name: 'automatic expiry',
    better: 'higher',
    target: auto_expiry.target_percent / PERCENT,
    limit: auto_expiry.limit_percent / PERCENT,
    minimum_count,
    write: percent,
    read: async () => {
      const { expired, reset } = await ended()
      const count = expired + reset
      const value = count === 0 ? undefined : expired / count
      const share = value === undefined ? '' : ` (${percent(value)})`
      return {
        value,
        count,
        detail: `${whole(expired)} of ${whole(count)} sessions${share} ended by themselves in the last ${whole(auto_expiry.window_days)} days`,
      }
    },
  })

const uptimeShare = ({ settings, uptime }: MeasuresDeps): MeasureHealth =>
  new MeasureHealth({
    name: 'uptime',
    better: 'higher',
    target: settings.uptime.target_percent / PERCENT,
    limit: settings.uptime.limit_percent / PERCENT,
    minimum_count: LEAST_RECORD_HOURS,
    count_unit: 'hours',
    write: exactPercent,
    read: async () => {
      const { up_ms, stopped_ms, down_ms } = await uptime()
      const recorded_ms = up_ms + stopped_ms + down_ms
      const count = Math.floor(recorded_ms / HOUR_MS)
      if (recorded_ms === 0) return { value: undefined, count, detail: 'DeniDin has not run yet' }
      const value = up_ms / recorded_ms
      const since = recorded_ms < settings.uptime.window_days * DAY_MS - MINUTE_MS ? ' since its first start' : ''
      return {
        value,
        count,
        detail: `DeniDin ran ${shareOf(up_ms, recorded_ms)}${since} (${exactPercent(value)}), was stopped for ${minutes(stopped_ms)}, and down for ${minutes(down_ms)}`,
      }
    },
  })
