/** Writes the scheduled reports, each to a file named after the day. */
import type { Clock } from '../platform/clock.ts'
import type { DatedFiles } from '../platform/dated-files.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Language } from '../text/language.ts'
import type { ReadWords } from './archive-reports.ts'
import { isoDayOf } from './report-range.ts'
import type { ReportFileFormat, ReportName } from '../platform/report-names.ts'
import type { Reports } from './report-writer.ts'

export interface ScheduledReportsDeps {
  readonly writer: Reports
  readonly files: Pick<DatedFiles, 'write'>
  readonly clock: Pick<Clock, 'now' | 'zone'>
  readonly language: () => Promise<Language>
  /** Hears whose words a report holds that was written; `by`: who had it written. */
  readonly heldWords: (report: ReportName, read: readonly ReadWords[], by: string) => void
  readonly reports: readonly ReportName[]
  readonly format: ReportFileFormat
  /** How many days before today a report covers. */
  readonly days: number
}

/** A report that was written. */
export interface ScheduledReport {
  readonly name: ReportName
  readonly file: string
}

export class ScheduledReports {
  readonly #deps: ScheduledReportsDeps
  /** The schedule and the operator may want them at the same time. */
  readonly #queue = new KeyedQueue<'reports'>()

  constructor(deps: ScheduledReportsDeps) {
    this.#deps = deps
  }

  /**
   * One after the other. One that fails keeps no other from being written.
   * @param by who has them written, as the audit log names them
   * @throws DenidinError as the writer does, of the first that failed
   */
  async write(signal: AbortSignal, by: string): Promise<readonly ScheduledReport[]> {
    return await this.#queue.run('reports', () => this.#writeAll(signal, by))
  }

  async #writeAll(signal: AbortSignal, by: string): Promise<readonly ScheduledReport[]> {
    const { reports, language } = this.#deps
    if (reports.length === 0) return []
    const shown_in = await language()
    const written: ScheduledReport[] = []
    let failure: DenidinError | undefined
    for (const report of reports) {
      try {
        written.push({ name: report, file: await this.#write(report, shown_in, signal, by) })
      } catch (error) {
        signal.throwIfAborted()
        const { code, message, retryable } = asDenidinError(error)
        failure ??= new DenidinError(code, `${report}: ${message}`, { cause: error, retryable })
      }
    }
    if (failure !== undefined) throw failure
    return written
  }

  async #write(report: ReportName, language: Language, signal: AbortSignal, by: string): Promise<string> {
    const { writer, files, clock, format, days, heldWords } = this.#deps
    const now = clock.now()
    const today = clock.zone.dayOf(now)
    const { text, read } = await writer.write(
      {
        report,
        format,
        start_date: isoDayOf(today - days),
        end_date: isoDayOf(today - 1),
        language,
        time_zone: clock.zone.name,
        now,
      },
      { signal },
    )
    const file = await files.write(report, text, format)
    heldWords(report, read, by)
    return file
  }
}
