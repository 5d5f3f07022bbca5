/** Copies backups to the targets: at once on request, and in the background until it succeeds. */
import type { BackupOptions } from '../../backup/backups.ts'
import { readBackupId } from '../../backup/manifest.ts'
import type { TargetStates } from '../../backup/targets/target-state.ts'
import type {
  BackupTargets,
  CopyOptions,
  Fetched,
  FetchRequest,
  TargetPrune,
  TargetResult,
  TargetStatus,
} from '../../backup/targets/targets.ts'
import type { Verification } from '../../backup/verification.ts'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import type { ListedTarget } from '../../platform/backup-targets.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Requests } from '../../platform/threads/thread-messages.ts'
import type { BackupRequests } from './backup-requests.ts'

const BACKOFF: Backoff = { first_ms: MINUTE_MS, most_ms: HOUR_MS }

export interface TargetCopiesDeps {
  readonly targets: readonly ListedTarget[]
  readonly states: Pick<TargetStates, 'of'>
  readonly thread: Pick<Requests<BackupRequests>, 'request'>
  /** Ids of the backups, oldest first. */
  readonly ids: () => Promise<readonly string[]>
  readonly clock: Clock
  readonly random: Ids
  readonly logger: Logger
}

export class TargetCopies implements BackupTargets, AsyncDisposable {
  readonly names: readonly string[]
  readonly #deps: TargetCopiesDeps
  readonly #log: Logger
  readonly #stop = new AbortController()
  /** Background work by the name of the target; `again` ends its pause. */
  readonly #running = new Map<string, { again: AbortController; readonly done: Promise<void> }>()

  constructor(deps: TargetCopiesDeps) {
    this.#deps = deps
    this.#log = deps.logger.for('backup')
    this.names = deps.targets.map(({ name }) => name)
  }

  async status(): Promise<readonly TargetStatus[]> {
    return await targetStatus(this.#deps.targets, this.#deps.states)
  }

  async copy({ repairs = false, ...options }: CopyOptions = {}): Promise<readonly TargetResult[]> {
    return await Promise.all(this.names.map(target => this.#attempt(target, repairs, options)))
  }

  copySoon(): void {
    this.#copySoon(this.names)
  }

  /** After a restore point: copies to the targets that get restore points. */
  copyPointsSoon(): void {
    this.#copySoon(this.#deps.targets.filter(({ types }) => types.includes('point')).map(({ name }) => name))
  }

  #copySoon(names: readonly string[]): void {
    for (const name of names) {
      const running = this.#running.get(name)
      if (running === undefined) this.#begin(name)
      else running.again.abort()
    }
  }

  /** Continues at a start what was interrupted. */
  async resume(): Promise<void> {
    if (this.names.length === 0) return
    const newest = (await this.#deps.ids()).findLast(id => readBackupId(id)?.type !== 'point')
    const states = await this.status()
    const is_behind = states.some(
      ({ problem, damaged, backups }) =>
        problem !== null || damaged.length > 0 || (newest !== undefined && !backups.includes(newest)),
    )
    if (is_behind && newest !== undefined) this.copySoon()
  }

  async prune(dry_run: boolean, options?: BackupOptions): Promise<readonly TargetPrune[]> {
    const { thread, clock } = this.#deps
    return await Promise.all(
      this.names.map(target =>
        thread.request('backup.prune_target', { now: clock.now(), target, dry_run }, options ?? {}),
      ),
    )
  }

  async verify(target: string, backup_id: string, options?: BackupOptions): Promise<Verification> {
    const { thread, clock } = this.#deps
    return await thread.request('backup.verify', { now: clock.now(), backup_id, from: target }, options ?? {})
  }

  async fetch(request: FetchRequest, options?: BackupOptions): Promise<Fetched> {
    const { thread, clock } = this.#deps
    return await thread.request('backup.fetch', { now: clock.now(), ...request }, options ?? {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#running.values()].map(({ done }) => done))
  }

  #begin(name: string): void {
    const running = { again: new AbortController(), done: Promise.resolve() }
    const done = this.#copyUntilDone(name, () => {
      running.again = new AbortController()
      return running.again.signal
    })
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted)
          this.#log.error('Backups are not copied', { target: name, reason: asDenidinError(error).message })
      })
      .finally(() => this.#running.delete(name))
    this.#running.set(name, Object.assign(running, { done }))
  }

  /** @param renew returns a signal that is aborted when there is more to copy */
  async #copyUntilDone(name: string, renew: () => AbortSignal): Promise<void> {
    const { clock, random } = this.#deps
    const { signal } = this.#stop
    for (let failures = 0; !signal.aborted;) {
      const again = renew()
      const { state, problem, backups } = await this.#attempt(name, false, { signal })
      if (state === 'copied') {
        this.#log.info('Backups copied', { target: name, backups })
        if (!again.aborted) return
        failures = 0
        continue
      }
      failures += 1
      this.#log.warn('Backups could not be copied, and will be again later', {
        target: name,
        reason: problem,
        failures,
      })
      if (!again.aborted) {
        await clock
          .sleep(backoffDelay(BACKOFF, failures, random), AbortSignal.any([signal, again]))
          .catch(() => undefined)
      }
    }
  }

  async #attempt(target: string, repairs: boolean, options: BackupOptions): Promise<TargetResult> {
    const { thread, clock } = this.#deps
    return await thread.request('backup.copy', { now: clock.now(), target, repairs }, options)
  }
}

/** What is known of each target. */
export const targetStatus = async (
  targets: readonly ListedTarget[],
  states: Pick<TargetStates, 'of'>,
): Promise<readonly TargetStatus[]> =>
  await Promise.all(
    targets.map(async ({ name, type, types }) => ({ target: name, type, types, ...(await states.of(name)) })),
  )
