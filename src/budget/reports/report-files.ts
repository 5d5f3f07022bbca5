/** The folder of reports: one file for each report and day, deleted when their time is over. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY_MS, type Clock } from '../../platform/clock.ts'
import { remove, writeFileAtomic } from '../../platform/files.ts'

export interface ReportFilesDeps {
  /** `reports/budget` below the data folder. */
  readonly folder: string
  /** `budget.reports.kept_days` */
  readonly kept_days: number
  readonly clock: Pick<Clock, 'now' | 'zone'>
}

const REPORT = /^(\d{4}-\d\d-\d\d)-[a-z]+\.md$/

export class ReportFiles {
  readonly #deps: ReportFilesDeps

  constructor(deps: ReportFilesDeps) {
    this.#deps = deps
  }

  /**
   * Writes today's report, in the place of an earlier one of the same day.
   * @param name kind of report, in small letters
   * @returns its path
   * @throws DenidinError `unavailable`
   */
  async write(name: string, text: string): Promise<string> {
    const { folder, clock } = this.#deps
    const path = join(folder, `${clock.zone.isoDay(clock.now())}-${name}.md`)
    await writeFileAtomic(path, text)
    await this.#removeOld()
    return path
  }

  async #removeOld(): Promise<void> {
    const { folder, kept_days, clock } = this.#deps
    const oldest = clock.zone.isoDay(clock.now() - kept_days * DAY_MS)
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const [, day] = REPORT.exec(name) ?? []
      if (day !== undefined && day < oldest) await remove(join(folder, name))
    }
  }
}
