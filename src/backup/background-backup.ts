/** A backup that someone asked for in a chat: they do not wait for its end, and ask again for its result. */
import type { Clock } from '../platform/clock.ts'
import { withinTime } from '../platform/deadline.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { BackupOptions, Backups, BackupSummary } from './backups.ts'

export type BackgroundBackupState =
  | { readonly state: 'made'; readonly backup: BackupSummary }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'running'; readonly done: number; readonly total: number | undefined }

export interface BackgroundBackupDeps {
  readonly create: Backups['create']
  /** Called when a backup is complete. */
  readonly made: () => void
  readonly clock: Pick<Clock, 'sleep'>
}

interface Current {
  readonly result: Promise<BackgroundBackupState>
  readonly step: { readonly done: number; readonly total: number | undefined }
}

export class BackgroundBackup {
  readonly #deps: BackgroundBackupDeps
  /** The backup that runs, or whose result nobody has seen. */
  #current: Current | undefined

  constructor(deps: BackgroundBackupDeps) {
    this.#deps = deps
  }

  /**
   * Starts a backup, unless one that was asked for here runs or its result was not seen yet.
   * @param wait_ms milliseconds to wait for the result
   */
  async run(wait_ms: number): Promise<BackgroundBackupState> {
    const current = (this.#current ??= this.#begin())
    const state = await withinTime(this.#deps.clock, wait_ms, current.result)
    if (state === undefined) return { state: 'running', ...current.step }
    this.#current = undefined
    return state
  }

  #begin(): Current {
    const step: { done: number; total: number | undefined } = { done: 0, total: undefined }
    const progress: BackupOptions['progress'] = ({ done, total }) => {
      Object.assign(step, { done, total })
    }
    const result = this.#deps.create('incremental', [], { progress }).then(
      (backup): BackgroundBackupState => {
        this.#deps.made()
        return { state: 'made', backup }
      },
      (error: unknown): BackgroundBackupState => ({ state: 'failed', problem: asDenidinError(error).message }),
    )
    return { result, step }
  }
}
