/** A folder of files that a schedule writes: one per name and day, deleted when they expire. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DAY_MS, type Clock } from './clock.ts'
import { textOfFile } from './file-format.ts'
import { remove, writeFileAtomic } from './files.ts'

export interface DatedFilesDeps {
  readonly folder: string
  /** Days for which a file is kept. */
  readonly kept_days: number
  readonly clock: Pick<Clock, 'now' | 'zone'>
}

const DATED = /^(\d{4}-\d\d-\d\d)-[a-z-]+\.(?:md|json|csv|html)$/

export class DatedFiles {
  readonly #deps: DatedFilesDeps

  constructor(deps: DatedFilesDeps) {
    this.#deps = deps
  }

  /**
   * Writes today's file of a name, and replaces an earlier one of the same day.
   * @param name lower-case letters and hyphens
   * @returns its path
   * @throws DenidinError `unavailable`
   */
  async write(name: string, text: string, extension: 'md' | 'json' | 'csv' | 'html' = 'md'): Promise<string> {
    const { folder, clock } = this.#deps
    const path = join(folder, `${clock.zone.isoDay(clock.now())}-${name}.${extension}`)
    await writeFileAtomic(path, textOfFile(text, extension))
    await this.#removeOld()
    return path
  }

  async #removeOld(): Promise<void> {
    const { folder, kept_days, clock } = this.#deps
    const oldest = clock.zone.isoDay(clock.now() - kept_days * DAY_MS)
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const [, day] = DATED.exec(name) ?? []
      if (day !== undefined && day < oldest) await remove(join(folder, name))
    }
  }
}
