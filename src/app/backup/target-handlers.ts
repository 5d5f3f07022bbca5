/** Answers the requests of the thread of backups that concern targets. */
import { join } from 'node:path'
import { findBackup, findId, type BackupFolder } from '../../backup/backup-folder.ts'
import type { WorkCall } from '../../backup/backup-sources.ts'
import type { Retention } from '../../backup/retention.ts'
import type { BackupTarget } from '../../backup/targets/backup-target.ts'
import { copyBackups } from '../../backup/targets/copy-backups.ts'
import type { TargetStates } from '../../backup/targets/target-state.ts'
import type { Fetched, FetchRequest, TargetPrune, TargetResult } from '../../backup/targets/targets.ts'
import type { Throttle } from '../../backup/throttle.ts'
import type { Verification } from '../../backup/verification.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { remove } from '../../platform/files.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import { suggest } from '../../platform/suggest.ts'

export interface TargetHandlersDeps {
  readonly folder: BackupFolder
  readonly targets: ReadonlyMap<string, BackupTarget>
  readonly states: TargetStates
  readonly throttle: Throttle
  readonly retention: Retention
  /** The folder for temporary copies. */
  readonly work_folder: string
  /** Keeps others from changing the folder of the backups. */
  readonly exclusively: <T>(act: () => Promise<T>) => Promise<T>
}

export class TargetHandlers {
  readonly #deps: TargetHandlersDeps
  /** One call at a time for each target: a copy must not lose objects to a prune. */
  readonly #queue = new KeyedQueue<string>()

  constructor(deps: TargetHandlersDeps) {
    this.#deps = deps
  }

  /**
   * Tries once to copy to a target, and records the result.
   * @param repairs whether all backups there are compared with those here; otherwise those that a verification found
   *   damaged are
   */
  async copy(
    name: string,
    { now, repairs }: { readonly now: number; readonly repairs: boolean },
    call: WorkCall,
  ): Promise<TargetResult> {
    const target = this.#named(name)
    const { states } = this.#deps
    return await this.#queue.run(name, async () => {
      try {
        const { damaged } = await states.of(name)
        const request = { now, repair: repairs ? ('all' as const) : damaged }
        const { there, repaired, backups, objects, bytes } = await target.copy(request, call)
        const left = damaged.filter(id => there.includes(id) && !repaired.includes(id))
        await states.succeeded(name, there, left, now)
        return { target: name, state: 'copied', backups: backups.length, objects, bytes, problem: undefined }
      } catch (error) {
        call.signal.throwIfAborted()
        const problem = asDenidinError(error).message
        await states.failed(name, problem, now)
        return { target: name, state: 'failed', backups: 0, objects: 0, bytes: 0, problem }
      }
    })
  }

  async prune(name: string, now: number, dry_run: boolean, call: WorkCall): Promise<TargetPrune> {
    const target = this.#named(name)
    const none = { target: name, deleted: [], kept: 0, objects: 0, bytes: 0, problem: undefined }
    return await this.#queue.run(name, async () => {
      try {
        const result = await target.prune(this.#deps.retention, now, dry_run, call)
        return result === undefined ? { ...none, state: 'not_supported' } : { ...none, ...result, state: 'pruned' }
      } catch (error) {
        call.signal.throwIfAborted()
        return { ...none, state: 'failed', problem: asDenidinError(error).message }
      }
    })
  }

  /** Verifies a backup of a target, and records whether it is damaged, so that the next copy repairs it. */
  async verify(
    name: string,
    backup_id: string,
    call: WorkCall,
    verify: (folder: BackupFolder, work_folder: string) => Promise<Verification>,
  ): Promise<Verification> {
    const { states } = this.#deps
    return await this.read(name, call, async (folder, work_folder) => {
      try {
        const result = await verify(folder, work_folder)
        await states.verified(name, result.backup_id, result.in_order)
        return result
      } catch (error) {
        // The manifest itself is damaged.
        if (asDenidinError(error).code === 'damaged') {
          await states.verified(name, findId(folder.path, await folder.ids(), { backup_id, points: false }), false)
        }
        throw error
      }
    })
  }

  /** Calls `act` with the backups of a target and a folder for temporary files. */
  async read<T>(
    name: string,
    call: WorkCall,
    act: (folder: BackupFolder, work_folder: string) => Promise<T>,
  ): Promise<T> {
    const target = this.#named(name)
    return await this.#queue.run(name, async () => {
      const work_folder = join(this.#deps.work_folder, `from-${name}`)
      await remove(work_folder)
      try {
        return await target.read(work_folder, call, folder => act(folder, join(work_folder, 'work')))
      } finally {
        await remove(work_folder)
      }
    })
  }

  /** Copies a backup, and the newest one, from a target into the folder of the backups. */
  async fetch({ target, now, ...request }: FetchRequest & { readonly now: number }, call: WorkCall): Promise<Fetched> {
    const { folder, throttle, exclusively } = this.#deps
    return await this.read(target, call, async from => {
      const { id } = await findBackup(from, { ...request, points: true }, now)
      const newest = (await from.ids()).at(-1) ?? id
      return await exclusively(async () => {
        using _lock = folder.lock()
        const known = new Set(await folder.ids())
        const wanted = [...new Set([newest, id])].filter(each => !known.has(each))
        const { backups, objects, bytes } = await copyBackups({ from, to: folder, throttle }, wanted, call)
        return { backup_id: id, copied: backups, objects, bytes }
      })
    })
  }

  #named(name: string): BackupTarget {
    const target = this.#deps.targets.get(name)
    if (target !== undefined) return target
    throw noSuchTarget(name, [...this.#deps.targets.keys()])
  }
}

export const noSuchTarget = (name: string, names: readonly string[]): DenidinError => {
  if (names.length === 0) return new DenidinError('not_found', 'no target is configured; set backup.targets')
  const near = suggest(name, names)
  const hint = near === undefined ? '' : `did you mean "${near}"? `
  return new DenidinError('not_found', `there is no target "${name}"; ${hint}backup.targets has ${names.join(', ')}`)
}
