/** Wires the reports: how the archive's thread writes them, and which ones the schedule writes. */
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { InstanceInfo, OperationContext } from '../operations/context.ts'
import { operatorLanguage } from '../operations/report/make.ts'
import { DatedFiles } from '../platform/dated-files.ts'
import { REPORT_NAMES } from '../reports/report-names.ts'
import type { Reports } from '../reports/report-writer.ts'
import { ScheduledReports } from '../reports/scheduled-reports.ts'
import type { Archive } from './archive/archive.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'

export const createReports = (
  { data_root, reports }: Pick<Settings, 'data_root' | 'reports'>,
  thread: Archive['thread'],
  { people, preferences }: Pick<Stores, 'people' | 'preferences'>,
  instance: Pick<InstanceInfo, 'godfather_phone'>,
  { clock }: Pick<Runtime, 'clock'>,
): OperationContext['reports'] => {
  const writer: Reports = { write: (request, options) => thread.request('reports.write', request, options) }
  const folder = join(data_root, 'reports', 'archive')
  return {
    writer,
    scheduled: new ScheduledReports({
      writer,
      files: new DatedFiles({ folder, kept_days: reports.kept_days, clock }),
      clock,
      language: () => operatorLanguage({ instance, people: { directory: people, preferences } }),
      reports: REPORT_NAMES.filter(name => reports.scheduled.includes(name)),
      format: reports.file_format,
      days: reports.days,
    }),
  }
}
