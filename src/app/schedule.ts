/** Maps the settings to the schedule: which job runs when, and where its last run is recorded. */
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { DueTimes } from '../interfaces/cron/due-times.ts'
import { JobRunsFile } from '../interfaces/cron/job-runs.ts'
import { LastRunsFile } from '../interfaces/cron/last-runs.ts'
import type { CronSettings } from '../interfaces/cron/schedule.ts'
import type { Schedule } from '../operations/context.ts'
import type { Clock } from '../platform/clock.ts'

export const scheduleOf = ({ memory: { session }, budget, reports, backup, jobs }: Settings): CronSettings => ({
  expiry_cron: session.expiry_cron,
  cleanup_cron: session.cleanup_cron,
  weekly_cron: budget.reports.weekly_cron,
  monthly_cron: budget.reports.monthly_cron,
  health_cron: budget.reports.health_cron,
  reports_cron: reports.cron,
  incremental_backup_cron: backup.incremental_cron,
  full_backup_cron: backup.full_cron,
  archive_backup_cron: backup.archive_cron,
  backup_verify_cron: backup.verify_cron,
  backup_drill_cron: backup.drill_cron,
  orphans_cron: jobs.orphans_cron,
  vacuum_cron: jobs.vacuum_cron,
})

export const lastRunsIn = ({ data_root }: Pick<Settings, 'data_root'>): LastRunsFile =>
  new LastRunsFile(join(data_root, 'schedule.json'))

export const jobRunsIn = ({ data_root }: Pick<Settings, 'data_root'>): JobRunsFile =>
  new JobRunsFile(join(data_root, 'job-runs.json'))

/** The schedule as operations show it. */
export const createSchedule = (settings: Settings, clock: Clock): Schedule => {
  const runs = jobRunsIn(settings)
  const crons: Readonly<Record<string, string>> = scheduleOf(settings)
  const hours = String(settings.memory.agent.interval_hours)
  return {
    expressions: { ...crons, agent_interval: `every ${hours} hours` },
    lastResult: key => runs.last(key),
    begin: (key, at) => runs.begin(key, at),
    record: (key, run) => runs.record(key, run),
    nextRun: key => {
      const cron = crons[key]
      return cron === undefined ? undefined : new DueTimes(cron, clock.zone).next(clock.now())
    },
  }
}
