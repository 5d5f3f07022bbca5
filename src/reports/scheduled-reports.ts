/** Writes the reports that are wanted on a schedule, each to a file of its day. */
import type { Clock } from '../platform/clock.ts'
import type { DatedFiles } from '../platform/dated-files.ts'
import type { Language } from '../text/language.ts'
import { isoDayOf } from './report-range.ts'
import type { ReportFormat, ReportName } from './report-names.ts'
import type { Reports } from './report-writer.ts'

export interface ScheduledReportsDeps {
  readonly writer: Reports
  readonly files: Pick<DatedFiles, 'write'>
  readonly clock: Pick<Clock, 'now' | 'zone'>
  readonly language: () => Promise<Language>
  readonly reports: readonly ReportName[]
  readonly format: Exclude<ReportFormat, 'table'>
  /** Days before today that a report covers. */
  readonly days: number
}

export class ScheduledReports {
  readonly #deps: ScheduledReportsDeps

  constructor(deps: ScheduledReportsDeps) {
    this.#deps = deps
  }

  /** One after the other. @throws DenidinError as the writer does */
  async write(signal: AbortSignal): Promise<readonly { readonly name: string; readonly file: string }[]> {
    const { writer, files, clock, language, reports, format, days } = this.#deps
    const now = clock.now()
    const today = clock.zone.dayOf(now)
    const written = []
    for (const report of reports) {
      const { text } = await writer.write(
        {
          report,
          format,
          start_date: isoDayOf(today - days),
          end_date: isoDayOf(today - 1),
          language: await language(),
          time_zone: clock.zone.name,
          now,
        },
        { signal },
      )
      written.push({ name: report, file: await files.write(report, text, format) })
    }
    return written
  }
}
