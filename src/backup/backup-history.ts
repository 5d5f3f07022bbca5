/** Results of backups, verifications and drills: one line of JSON each, kept beside the data. */
import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { DAY_MS, type Clock } from '../platform/clock.ts'
import { fileBytes, inFolder, PRIVATE_FILE_MODE, writeFileAtomic, readOwnText } from '../platform/files.ts'
import { jsonOf } from '../platform/json-text.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'

/** Days over which successes are counted. */
export const SUCCESS_DAYS = 30
const KEPT_DAYS = 400
/** Size from which expired lines are removed. */
const MOST_BYTES = 1024 * 1024

const entrySchema = z.object({
  /** ISO 8601. */
  at: z.string(),
  act: z.enum(['create', 'verify', 'drill']),
  ok: z.boolean(),
  /** `null`: none was made. */
  backup_id: z.string().nullable(),
  /** Name of the target whose copy was verified; `null`: the folder of the backups. */
  target: z.string().nullable(),
  problem: z.string().nullable(),
})

export type HistoryEntry = z.output<typeof entrySchema>

/** How many backups succeeded. */
export interface SuccessRate {
  readonly days: number
  readonly succeeded: number
  readonly attempted: number
}

export class BackupHistory {
  readonly #path: string
  readonly #clock: Pick<Clock, 'now'>
  readonly #writes = new KeyedQueue<'file'>()

  /** @param path of the file */
  constructor(path: string, clock: Pick<Clock, 'now'>) {
    this.#path = path
    this.#clock = clock
  }

  /** Writes a result down. @throws as `node:fs` does */
  async add(entry: Omit<HistoryEntry, 'at'>): Promise<void> {
    const line = `${JSON.stringify({ at: new Date(this.#clock.now()).toISOString(), ...entry })}\n`
    await this.#writes.run('file', async () => {
      await inFolder(dirname(this.#path), () => appendFile(this.#path, line, { mode: PRIVATE_FILE_MODE }))
      if ((await fileBytes(this.#path)) < MOST_BYTES) return
      const kept = await this.since(KEPT_DAYS)
      await writeFileAtomic(this.#path, kept.map(each => `${JSON.stringify(each)}\n`).join(''))
    })
  }

  /** Results of the last days, oldest first; a line that a crash cut is left out. */
  async since(days: number): Promise<readonly HistoryEntry[]> {
    const text = await readOwnText(this.#path).catch(() => '')
    const after = this.#clock.now() - days * DAY_MS
    return text.split('\n').flatMap(line => {
      const parsed = entrySchema.safeParse(jsonOf(line))
      return parsed.success && Date.parse(parsed.data.at) >= after ? [parsed.data] : []
    })
  }

  /** Why the last backup of these days failed; `undefined`: it succeeded, or none was attempted. */
  async lastProblem(days: number): Promise<string | undefined> {
    const last = (await this.since(days)).findLast(({ act }) => act === 'create')
    return last?.ok === false ? (last.problem ?? 'the log has the reason') : undefined
  }

  /** How many of the backups that were attempted succeeded. */
  async success(days: number): Promise<SuccessRate> {
    const attempts = (await this.since(days)).filter(({ act }) => act === 'create')
    return { days, succeeded: attempts.filter(({ ok }) => ok).length, attempted: attempts.length }
  }
}
