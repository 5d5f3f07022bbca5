/** Runs operations on a schedule: a menu from configuration keys to operations, and the scheduler that follows it. */
import type { EndedJobRun, Schedule } from '../../operations/context.ts'
import type { Caller } from '../../operations/operation.ts'
import type { OperationInput, OperationName } from '../../operations/list.ts'
import type { Runner } from '../../operations/runner.ts'
import { onClockStep } from '../../platform/clock-steps.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { ScheduleHealth } from './schedule-health.ts'
import { nodeCron, type Scheduler } from './scheduler.ts'

interface Entry<N extends OperationName = OperationName> {
  readonly run: N
  readonly input: OperationInput<N>
}

const entry = <N extends OperationName>(run: N, input: OperationInput<N>): Entry<N> => ({ run, input })

/** Names of schedules, and what each runs. */
export const cronMenu = {
  expiry_cron: entry('session.sweep', { purge: false }),
  cleanup_cron: entry('session.purge', {}),
  weekly_cron: entry('budget.report', { report: 'weekly' }),
  monthly_cron: entry('budget.report', { report: 'monthly' }),
  health_cron: entry('budget.report', { report: 'health' }),
  reports_cron: entry('report.scheduled', {}),
  incremental_backup_cron: entry('backup.scheduled', { job: 'incremental' }),
  full_backup_cron: entry('backup.scheduled', { job: 'full' }),
  archive_backup_cron: entry('backup.scheduled', { job: 'archive' }),
  backup_verify_cron: entry('backup.scheduled', { job: 'verify' }),
  backup_drill_cron: entry('backup.scheduled', { job: 'drill' }),
  orphans_cron: entry('memory.verify', { repair: true, every_vector: false }),
  vacuum_cron: entry('data.optimize', {}),
}

/**
 * When each entry runs, as cron expressions (minute, hour, day, month, weekday) in the time zone of the installation.
 */
export type CronSettings = Readonly<Record<keyof typeof cronMenu, string>>

export interface ScheduleDeps {
  readonly settings: CronSettings
  readonly runner: Runner
  readonly clock: Clock
  readonly logger: Logger
  readonly scheduler?: Scheduler
  /** Receives the outcome of every run. */
  readonly health: Pick<ScheduleHealth, 'succeeded' | 'failed'>
  /** Remembers how each run went. */
  readonly runs: Pick<Schedule, 'begin' | 'record'>
  /** Each run begins up to this many milliseconds late, at random, so that many machines do not begin together. */
  readonly jitter_ms: number
  readonly ids: Pick<Ids, 'fraction'>
}

const CALLER: Caller = { transport: 'cron', level: 'operator' }

/**
 * Starts the schedule. Disposing of it cancels the operations in progress and waits for their end. A failure is logged
 * and does not affect the next run.
 */
export const startSchedule = ({
  settings,
  runner,
  clock,
  logger,
  scheduler = nodeCron,
  health,
  runs,
  jitter_ms,
  ids,
}: ScheduleDeps): AsyncDisposable => {
  const log = logger.for('cron')
  const stopping = new AbortController()
  const isStopping = (): boolean => stopping.signal.aborted
  const running = new Set<Promise<void>>()

  const perform = async (key: string, { run, input }: Entry): Promise<void> => {
    if (jitter_ms > 0) await clock.sleep(ids.fraction() * jitter_ms, stopping.signal).catch(() => undefined)
    if (isStopping()) return
    const [at, began] = [clock.now(), clock.monotonic()]
    const unrecorded = (error: unknown): void => {
      log.warn('The outcome of a scheduled run cannot be recorded', { reason: asDenidinError(error).message })
    }
    const end = async (outcome: Pick<EndedJobRun, 'outcome' | 'reason'>): Promise<void> => {
      await runs.record(key, { at, duration_ms: clock.monotonic() - began, ...outcome }).catch(unrecorded)
    }
    await runs.begin(key, at).catch(unrecorded)
    try {
      await runner.run(run, input, { caller: CALLER, signal: stopping.signal })
      health.succeeded(run)
      await end({ outcome: 'done' })
    } catch (thrown) {
      if (isStopping()) return
      const { code, message } = asDenidinError(thrown)
      if (code === 'disabled') {
        await end({ outcome: 'off' })
        return
      }
      health.failed(run, message)
      log.error('A scheduled operation failed', { schedule: key, operation: run, code })
      await end({ outcome: 'failed', reason: message })
    }
  }

  const startAll = (): readonly AsyncDisposable[] =>
    Object.entries<Entry>(cronMenu).map(([key, each]) =>
      scheduler(settings[key as keyof CronSettings], key, async () => {
        const act = perform(key, each)
        running.add(act)
        await act
        running.delete(act)
      }),
    )
  const endAll = async (tasks: readonly AsyncDisposable[]): Promise<void> => {
    await Promise.all(tasks.map(async task => task[Symbol.asyncDispose]()))
  }

  let tasks = startAll()
  // The scheduler has computed the time of the next run: after a step back it would wait until that time comes again.
  const steps = onClockStep(clock, step_ms => {
    log.info('The clock was set; the schedule is planned again', { step_seconds: Math.round(step_ms / SECOND_MS) })
    void endAll(tasks)
    tasks = startAll()
  })
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      steps[Symbol.dispose]()
      await endAll(tasks)
      await Promise.all(running)
    },
  }
}
