/** Maps the settings to the schedule: which job runs when, and where its last run is recorded. */
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { LastRunsFile } from '../interfaces/cron/last-runs.ts'
import type { CronSettings } from '../interfaces/cron/schedule.ts'
import type { Schedule } from '../operations/context.ts'

export const scheduleOf = ({ memory: { session }, budget, reports, backup }: Settings): CronSettings => ({
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
})

export const lastRunsIn = ({ data_root }: Pick<Settings, 'data_root'>): LastRunsFile =>
  new LastRunsFile(join(data_root, 'schedule.json'))

/** The schedule as operations show it. */
export const createSchedule = (settings: Settings): Schedule => {
  const lastRuns = lastRunsIn(settings)
  return { expressions: scheduleOf(settings), lastRun: key => lastRuns.read(key) }
}
