/** What is known about each target: kept in the folder of the backups as `targets/<name>.json`. */
import { basename } from 'node:path'
import { z } from 'zod'
import type { BackupFiles } from '../files/backup-files.ts'
import { isBackupId } from '../manifest.ts'

const FOLDER = 'targets'

const stateSchema = z.object({
  /** Backups that were complete there at the last success, oldest first. */
  backups: z.array(z.string().refine(isBackupId)),
  /** Backups there that a verification found damaged; the next copy repairs them. */
  damaged: z.array(z.string().refine(isBackupId)).default([]),
  /** ISO 8601; `null`: never. */
  last_success: z.string().nullable(),
  /** `null`: the last attempt succeeded. */
  problem: z.object({ reason: z.string(), since: z.string(), attempts: z.int().min(1) }).nullable(),
})

export type TargetState = z.output<typeof stateSchema>

export const UNTRIED: TargetState = { backups: [], damaged: [], last_success: null, problem: null }

/** The states of targets, by name. */
export class TargetStates {
  readonly #files: Pick<BackupFiles, 'read' | 'write'>

  constructor(files: Pick<BackupFiles, 'read' | 'write'>) {
    this.#files = files
  }

  async of(name: string): Promise<TargetState> {
    try {
      const content = await this.#files.read(pathOf(name))
      return content === undefined ? UNTRIED : stateSchema.parse(JSON.parse(content.toString('utf8')))
    } catch {
      return UNTRIED
    }
  }

  /** @param damaged backups there that could not be repaired */
  async succeeded(name: string, backups: readonly string[], damaged: readonly string[], now: number): Promise<void> {
    const last_success = new Date(now).toISOString()
    await this.#write(name, { backups: [...backups], damaged: [...damaged], last_success, problem: null })
  }

  /** Records what a verification of a backup there found. */
  async verified(name: string, backup_id: string, in_order: boolean): Promise<void> {
    const state = await this.of(name)
    const others = state.damaged.filter(id => id !== backup_id)
    if (in_order && others.length === state.damaged.length) return
    await this.#write(name, { ...state, damaged: in_order ? others : [...others, backup_id].sort() })
  }

  async failed(name: string, reason: string, now: number): Promise<void> {
    const { problem, ...before } = await this.of(name)
    const since = problem?.since ?? new Date(now).toISOString()
    await this.#write(name, { ...before, problem: { reason, since, attempts: (problem?.attempts ?? 0) + 1 } })
  }

  async #write(name: string, state: TargetState): Promise<void> {
    await this.#files.write(pathOf(name), `${JSON.stringify(state, null, 2)}\n`)
  }
}

const pathOf = (name: string): string => `${FOLDER}/${basename(name)}.json`
