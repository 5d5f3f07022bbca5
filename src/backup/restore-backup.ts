/**
 * Restores a backup: writes it beside the data, verifies it there, and then replaces the data with it. The erasure log
 * of the data folder stays.
 */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { databaseFiles } from '../database/sqlite/database.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { makePrivateFolder, remove } from '../platform/files.ts'
import { findBackup, type BackupFolder } from './backup-folder.ts'
import type { WorkCall } from './create-backup.ts'
import { requireRoom } from './disk-room.ts'
import { readErasureLog, UNKNOWN_INSTALLATION, type ErasureLogState } from './sqlite/erasure-log.ts'
import { filesOf, type Manifest, type StoredDatabase } from './manifest.ts'
import { materialize, type Proof } from './materialize.ts'
import { clearStaging, finishRestore, stagingFolder, swapIn, type Swap } from './swap.ts'
import type { Throttle } from './throttle.ts'
import { newerSchemas } from './verify-backup.ts'

export interface RestoreDeps {
  readonly folder: BackupFolder
  /** The data folder, which the caller owns, and in which nothing may be open. */
  readonly data_root: string
  readonly clock: Clock
  readonly throttle: Throttle
  readonly known_migrations: ReadonlyMap<string, ReadonlySet<string>>
  /** Paths below the data folder of everything that a backup replaces, and of derived data. */
  readonly replaced: readonly string[]
}

export interface RestoreRequest {
  readonly backup_id: string
  /** Selects the newest backup that was complete by then, in milliseconds since the Unix epoch. */
  readonly before?: number | undefined
  /** Whether the WhatsApp login of the backup replaces the present one. */
  readonly include_login: boolean
}

export interface RestoreResult {
  readonly backup_id: string
  readonly created_at: string
  readonly rows: number
  readonly bytes: number
  /** Where the old data is; `undefined` if there was none. */
  readonly kept_aside: string | undefined
  /**
   * The folder with files for the operator, such as the configuration without secrets; `undefined` if the backup has
   * none.
   */
  readonly for_operator: string | undefined
  /**
   * - `kept`: what was forgotten since the backup is forgotten again at the next start.
   * - `from_backup`: the data folder had no log, or an older or empty one. What was forgotten after the newest backup
   *   is not known.
   * - `from_backup_damaged`: the same, because the log of the data folder cannot be read; it was put aside.
   * - `none`: neither the data folder nor a backup has one.
   */
  readonly erasure_log: 'kept' | 'from_backup' | 'from_backup_damaged' | 'none'
  readonly restored_login: boolean
}

/**
 * Restores a backup and replaces the content of the data folder.
 * @throws DenidinError `not_found`; `damaged` (the backup, with the first reasons, or one of another data folder);
 *   `unavailable` (no space, a file that cannot be moved). Before the swap, nothing in the data folder has changed.
 */
export const restoreBackup = async (
  deps: RestoreDeps,
  request: RestoreRequest,
  call: WorkCall,
): Promise<RestoreResult> => {
  using _lock = lockIfPossible(deps.folder)
  await makePrivateFolder(deps.data_root)
  await finishRestore(deps.data_root)
  const manifest = await findBackup(deps.folder, request)
  return await new Restore(deps, request, manifest, call).run()
}

/** Locks the folder if possible: a backup on a read-only disk can be restored too. */
const lockIfPossible = (folder: BackupFolder): Disposable | undefined => {
  try {
    return folder.lock()
  } catch (error) {
    if (asDenidinError(error).code === 'already_running') throw error
    return undefined
  }
}

class Restore {
  readonly #deps: RestoreDeps
  readonly #request: RestoreRequest
  readonly #manifest: Manifest
  readonly #call: WorkCall
  readonly #staging: string

  constructor(deps: RestoreDeps, request: RestoreRequest, manifest: Manifest, call: WorkCall) {
    this.#deps = deps
    this.#request = request
    this.#manifest = manifest
    this.#call = call
    this.#staging = stagingFolder(deps.data_root)
  }

  async run(): Promise<RestoreResult> {
    const { data_root, clock, known_migrations } = this.#deps
    const [newer] = newerSchemas(this.#manifest, known_migrations)
    if (newer !== undefined) throw new DenidinError('damaged', newer)
    const present = this.#presentLog()
    const stored = await this.#newestLog()
    this.#refuseForeign(present)
    const for_operator = `restored-${this.#manifest.id}`
    const chosen = this.#chosen(for_operator)
    const bytes = filesOf(chosen).reduce((sum, file) => sum + file.bytes, stored?.bytes ?? 0)
    await requireRoom(data_root, bytes, `the restored data`)
    let proof: Proof
    let erasure_log: RestoreResult['erasure_log']
    let swap: Swap
    try {
      proof = await this.#stage(chosen)
      erasure_log = await this.#stageLog(stored, present)
      swap = this.#swap(chosen, for_operator, clock.now())
      this.#call.signal.throwIfAborted()
    } catch (error) {
      await clearStaging(data_root)
      throw error
    }
    const anything_aside = await swapIn(data_root, swap)
    return {
      backup_id: this.#manifest.id,
      created_at: this.#manifest.created_at,
      rows: proof.rows,
      bytes: proof.bytes,
      kept_aside: anything_aside ? join(data_root, swap.aside) : undefined,
      for_operator: swap.in.includes(for_operator) ? join(data_root, for_operator) : undefined,
      erasure_log,
      restored_login: chosen.folders.some(({ restored }) => restored === 'login'),
    }
  }

  /** The erasure log of the data folder: `undefined` if there is none, `damaged` if it cannot be read. */
  #presentLog(): ErasureLogState | 'damaged' | undefined {
    const path = join(this.#deps.data_root, ERASURE_LOG)
    if (!existsSync(path)) return undefined
    try {
      return readErasureLog(path)
    } catch {
      return 'damaged'
    }
  }

  /**
   * Refuses a backup of another data folder: what one person had forgotten must not be restored for another, and an
   * erasure log must not be given up.
   */
  #refuseForeign(present: ErasureLogState | 'damaged' | undefined): void {
    const { installation, id } = this.#manifest
    if (present === undefined || present === 'damaged' || present.last_act === 0) return
    if ([present.installation, UNKNOWN_INSTALLATION].includes(installation)) return
    throw new DenidinError(
      'damaged',
      `${id} is a backup of another data folder: the erasure log in ${this.#deps.data_root} is not of the same DeniDin. ` +
        'Set data_root to an empty folder, or move what is there away, if you want to restore it.',
    )
  }

  /**
   * The newest erasure log in any backup of the same data folder: it also contains what was forgotten after this
   * backup.
   */
  async #newestLog(): Promise<StoredDatabase | undefined> {
    const { backups } = await this.#deps.folder.list()
    return backups
      .filter(({ installation }) => installation === this.#manifest.installation)
      .flatMap(({ databases }) => databases.filter(({ content }) => content === 'erasures'))
      .at(-1)
  }

  /** The parts of the manifest that are restored, each with its path below the staging folder. */
  #chosen(for_operator: string): Manifest {
    const { databases, folders } = this.#manifest
    return {
      ...this.#manifest,
      databases: databases.filter(({ content }) => content !== 'erasures'),
      folders: folders
        .filter(({ restored }) => restored !== 'login' || this.#request.include_login)
        .map(each => (each.restored === 'aside' ? { ...each, path: `${for_operator}/${each.path}` } : each)),
    }
  }

  async #stage(chosen: Manifest): Promise<Proof> {
    const proof = await this.#materialize(chosen, this.#staging)
    for (const { path } of chosen.folders) await makePrivateFolder(join(this.#staging, path))
    return proof
  }

  async #materialize(manifest: Manifest, target: string): Promise<Proof> {
    const { folder, throttle } = this.#deps
    const proof = await materialize(manifest, target, { objects: folder.objects, throttle, syncs: true }, this.#call)
    if (proof.problems.length > 0) {
      const shown = proof.problems.slice(0, 3).join('; ')
      const more = proof.problems.length > 3 ? `; and ${String(proof.problems.length - 3)} more` : ''
      throw new DenidinError('damaged', `the backup ${manifest.id} cannot be restored: ${shown}${more}`)
    }
    // Opening a database creates files beside it that are not part of the backup.
    for (const { path } of manifest.databases) {
      for (const file of databaseFiles(join(target, path)).slice(1)) await remove(file)
    }
    return proof
  }

  /** Stages the erasure log of the backups if it contains more than the present one. */
  async #stageLog(
    stored: StoredDatabase | undefined,
    present: ErasureLogState | 'damaged' | undefined,
  ): Promise<RestoreResult['erasure_log']> {
    const readable = present === 'damaged' ? undefined : present
    if (stored === undefined) return readable === undefined ? 'none' : 'kept'
    // Compared outside the staging folder, because everything in that folder is moved into place.
    const trial = join(dirname(this.#staging), 'log')
    await this.#materialize({ ...this.#manifest, databases: [stored], folders: [], bytes: stored.bytes }, trial)
    const path = join(trial, stored.path)
    const { last_act, installation } = readErasureLog(path)
    const is_wanted =
      readable === undefined ||
      last_act > readable.last_act ||
      (readable.installation !== installation && readable.last_act === 0)
    if (is_wanted) await rename(path, join(this.#staging, ERASURE_LOG))
    await remove(trial)
    if (!is_wanted) return 'kept'
    return present === 'damaged' ? 'from_backup_damaged' : 'from_backup'
  }

  #swap({ databases, folders, derived }: Manifest, for_operator: string, now: number): Swap {
    const has_operator_files = folders.some(({ restored }) => restored === 'aside')
    const has_log = existsSync(join(this.#staging, ERASURE_LOG))
    const restored = [
      ...databases.map(({ path }) => path),
      ...folders.filter(each => each.restored !== 'aside').map(({ path }) => path),
      ...(has_log ? [ERASURE_LOG] : []),
      ...(has_operator_files ? [for_operator] : []),
    ]
    const replaced = [...restored, ...derived, ...this.#deps.replaced]
    return {
      backup_id: this.#manifest.id,
      aside: `before-restore-${new Date(now).toISOString().replace(/[:.]/g, '-')}`,
      out: [...new Set(replaced.flatMap(path => databaseFiles(path)))],
      in: restored,
    }
  }
}

/** Below the data folder. */
const ERASURE_LOG = 'erasures.db'
