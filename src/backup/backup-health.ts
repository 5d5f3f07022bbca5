/** The health of backups, from the names in their folder and the last verification. */
import { HOUR_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { BackupFolder } from './backup-folder.ts'
import { readBackupId } from './manifest.ts'

export interface BackupHealthDeps {
  readonly folder: Pick<BackupFolder, 'path' | 'ids' | 'verifiedIds' | 'verification'>
  readonly scheduled: boolean
  readonly warn_after_hours: number
  readonly clock: Clock
}

export class BackupHealth implements HealthCheck {
  readonly name = 'backups'
  readonly #deps: BackupHealthDeps

  constructor(deps: BackupHealthDeps) {
    this.#deps = deps
  }

  async health(): Promise<Health> {
    try {
      return await this.#look()
    } catch (error) {
      return { state: 'degraded', detail: `${asDenidinError(error).message}.` }
    }
  }

  async #look(): Promise<Health> {
    const { folder, scheduled, warn_after_hours, clock } = this.#deps
    const newest = (await folder.ids()).at(-1)
    if (newest === undefined) {
      return scheduled
        ? { state: 'unknown', detail: `There is no backup in ${folder.path} yet; the schedule makes the first.` }
        : { state: 'off', detail: 'There is no backup, and none is scheduled: run `denidin backup create`.' }
    }
    const verified = (await folder.verifiedIds()).at(-1)
    const verification = verified === undefined ? undefined : await folder.verification(verified)
    const age = Math.floor((clock.now() - (readBackupId(newest)?.at ?? 0)) / HOUR_MS)
    const verdict =
      verification === undefined
        ? 'None was verified yet.'
        : `${verification.backup_id} was verified at ${verification.verified_at}.`
    if (verification?.in_order === false) {
      const [problem = ''] = verification.problems
      return {
        state: 'degraded',
        detail: `The backup ${verification.backup_id} cannot be relied on: ${problem}. Run \`denidin backup create --type full\`, then \`denidin backup verify\`.`,
      }
    }
    if (scheduled && age >= warn_after_hours) {
      return { state: 'degraded', detail: `The newest backup, ${newest}, is ${String(age)} hours old. ${verdict}` }
    }
    if (verification === undefined) {
      return { state: 'unknown', detail: `The newest is ${newest}. ${verdict} Run \`denidin backup verify\`.` }
    }
    return { state: 'ok', detail: `The newest is ${newest}. ${verdict}` }
  }
}
