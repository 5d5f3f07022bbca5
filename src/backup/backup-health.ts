/** The health of backups, from the names in their folder, the last verification, and what restores have left. */
import { HOUR_MS, type Clock } from '../platform/clock.ts'
import { counted } from '../platform/counted.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { BackupFolder } from './backup-folder.ts'
import { SUCCESS_DAYS, type BackupHistory, type SuccessRate } from './backup-history.ts'
import type { RestoreState } from './backups.ts'
import type { BackupTargets, TargetStatus } from './targets/targets.ts'
import { readBackupId } from './manifest.ts'
import type { PointState } from './point-schedule.ts'
import type { LeftBehind } from './swap.ts'

/** Whether new backups are encrypted; `write_only`: they cannot be read here. */
export type EncryptionState = 'off' | 'on' | 'write_only'

export interface BackupHealthDeps {
  readonly folder: Pick<BackupFolder, 'path' | 'ids' | 'verifiedIds' | 'verification'>
  readonly restoreState: () => Promise<RestoreState>
  /** `undefined`: no restore points are made. */
  readonly pointState: () => PointState | undefined
  readonly targets: Pick<BackupTargets, 'status'>
  readonly history: Pick<BackupHistory, 'success' | 'lastProblem'>
  readonly encryption: EncryptionState
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
      const { state, detail } = await this.#look()
      const before = restoreSentences(await this.#deps.restoreState())
      const success = successSentence(await this.#deps.history.success(SUCCESS_DAYS))
      return { state, detail: [...before, detail, ...success].join(' ') }
    } catch (error) {
      return { state: 'degraded', detail: `${asDenidinError(error).message}.` }
    }
  }

  async #look(): Promise<Health> {
    const { folder, encryption, history, scheduled, warn_after_hours, clock } = this.#deps
    const newest = (await folder.ids()).findLast(id => readBackupId(id)?.type !== 'point')
    const problem = newest === undefined ? await history.lastProblem(SUCCESS_DAYS) : undefined
    if (problem !== undefined) {
      return { state: 'degraded', detail: `There is no backup, and the last attempt failed: ${problem}.` }
    }
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
      return { state: 'degraded', detail: `The newest backup, ${newest}, is ${counted(age, 'hour')} old. ${verdict}` }
    }
    const failing = (await this.#deps.targets.status()).flatMap(targetSentences)
    if (failing.length > 0) {
      return {
        state: 'degraded',
        detail: `The newest is ${newest}. ${failing.join(' ')} ${verdict}`,
      }
    }
    const points = this.#deps.pointState()
    if (points?.is_late === true) {
      const reason = points.problem === undefined ? '' : `: ${points.problem}`
      return { state: 'degraded', detail: `No restore point was made ${sinceOf(points)}${reason}. ${verdict}` }
    }
    const reach =
      points?.covered_until === undefined ? '' : ` Restore points reach to ${isoTime(points.covered_until)}.`
    const known = `The newest is ${newest}.${reach} ${verdict}${ENCRYPTION_SENTENCES[encryption]}`
    if (encryption === 'write_only') return { state: 'unknown', detail: known }
    if (verification === undefined) return { state: 'unknown', detail: `${known} Run \`denidin backup verify\`.` }
    return { state: 'ok', detail: known }
  }
}

const ENCRYPTION_SENTENCES: Readonly<Record<EncryptionState, string>> = {
  off: '',
  on: ' New backups are encrypted.',
  write_only:
    ' New backups are encrypted and cannot be verified here, because backup.encryption.identity_file is not set.',
}

const isoTime = (at: number): string => new Date(at).toISOString()

const sinceOf = ({ covered_until }: PointState): string =>
  covered_until === undefined ? 'since the start' : `since ${isoTime(covered_until)}`
/** Nothing as long as all succeeded. */
const successSentence = ({ days, succeeded, attempted }: SuccessRate): readonly string[] =>
  succeeded === attempted
    ? []
    : [`In ${counted(days, 'day')}, ${String(succeeded)} of ${counted(attempted, 'backup')} succeeded (goal: 99.9 %).`]

/** What is wrong with a target. */
const targetSentences = ({ target, problem, backups, damaged }: TargetStatus): readonly string[] => [
  ...(problem === null
    ? []
    : [
        `The target ${target} cannot be reached or written to since ${problem.since} (${problem.reason}); ` +
          `the newest backup there is ${backups.at(-1) ?? 'none'}. DeniDin tries again.`,
      ]),
  ...(damaged.length === 0
    ? []
    : [
        `At the target ${target}, ${damaged.join(', ')} cannot be relied on. \`denidin backup copy\` repairs what backup.folder still has; the rest goes when it expires.`,
      ]),
]

/** What restores have left, for the operator. */
const restoreSentences = ({ staged, aside: [newest] }: RestoreState): readonly string[] => [
  ...(staged === undefined
    ? []
    : [
        `The backup ${staged.backup_id} is staged: its data (${staged.created_at}) replaces the present data at the next start${staged.rollback === true ? ' of a version that does not migrate it again' : ''}. \`denidin backup restore --cancel\` drops it.`,
      ]),
  ...(newest === undefined
    ? []
    : [
        `The backup ${newest.backup_id} was restored at ${newest.restored_at}. ${leftSentence(newest.left, newest.folder)} Delete that folder when all is well.`,
      ]),
]

/** Says which messages only the old data has. @param folder where the old data is, or will be */
export const leftSentence = (left: LeftBehind | undefined, folder: string): string => {
  if (left === undefined) return `The old data is in ${folder}; its messages could not be counted.`
  if (left.messages === 0) return `The old data is in ${folder}; it has no message that the restored data lacks.`
  const what = left.messages === 1 ? 'One message' : `${String(left.messages)} messages`
  const span = left.from === left.to ? `of ${left.from ?? ''}` : `from ${left.from ?? ''} to ${left.to ?? ''}`
  return `${what} ${span} ${left.messages === 1 ? 'is' : 'are'} only in the old data, in ${folder}.`
}
