/** Wires the reports: how the archive's thread writes them, and which ones the schedule writes. */
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { InstanceInfo, OperationContext } from '../operations/context.ts'
import { ARCHIVE } from '../operations/operation.ts'
import { operatorLanguage } from '../operations/report/make.ts'
import { DatedFiles } from '../platform/dated-files.ts'
import { REPORT_NAMES } from '../platform/report-names.ts'
import type { Reports } from '../reports/report-writer.ts'
import { ScheduledReports } from '../reports/scheduled-reports.ts'
import type { Archive } from './archive/archive.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'

export const createReports = (
  { data_root, reports }: Pick<Settings, 'data_root' | 'reports'>,
  thread: Archive['thread'],
  { people, preferences }: Pick<Stores, 'people' | 'preferences'>,
  { instance, audit }: { readonly instance: Pick<InstanceInfo, 'godfather_phone'>; readonly audit: AuditLog },
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
      heldWords: (report, read, by) => {
        for (const { scope, messages } of read) {
          audit.write({ operation: `report.scheduled ${report}`, by, whose: scope ?? ARCHIVE, counts: { messages } })
        }
      },
      language: () => operatorLanguage({ instance, people: { directory: people, preferences } }),
      reports: REPORT_NAMES.filter(name => reports.scheduled.includes(name)),
      format: reports.file_format,
      days: reports.days,
    }),
  }
}
