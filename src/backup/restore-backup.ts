/**
 * Restores a backup: writes it beside the data, verifies it there, and then replaces the data with it, at once or at the
 * next start. The erasure log of the data folder stays.
 */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { databaseFiles } from '../database/sqlite/database.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { makePrivateFolder, remove } from '../platform/files.ts'
import { findBackup, type BackupFolder } from './backup-folder.ts'
import type { WorkCall } from './backup-sources.ts'
import { requireRoom } from './disk-room.ts'
import { readErasureLog, UNKNOWN_INSTALLATION, type ErasureLogState } from './sqlite/erasure-log.ts'
import { filesOf, type Manifest, type StoredDatabase } from './manifest.ts'
import { materialize, type Proof } from './materialize.ts'
import { ERASURE_LOG, lastAct, leftBehind } from './staged-restore.ts'
import {
  asideFolder,
  clearStaging,
  clearUnlessSwapping,
  finishRestore,
  stageSwap,
  stagingFolder,
  swapIn,
  type LeftBehind,
  type Swap,
} from './swap.ts'
import type { Throttle } from './throttle.ts'
import { newerSchemas } from './verify-backup.ts'

export interface RestoreDeps {
  readonly folder: BackupFolder
  /** The data folder, which the caller owns. */
  readonly data_root: string
  /** Whether anything in the data folder is open: then it is replaced at the next start. */
  readonly is_open: boolean
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
  /** Whether it takes a migration back: if it is staged, it waits for a version that would not migrate its data again. */
  readonly rollback?: boolean
}

export interface RestoreResult {
  /** Whether the data has been replaced, or will be at the next start. */
  readonly outcome: 'restored' | 'staged'
  readonly backup_id: string
  readonly created_at: string
  readonly rows: number
  readonly bytes: number
  /** Where the old data is; `undefined` if there was none, or if it has not been replaced yet. */
  readonly kept_aside: string | undefined
  /** What the backup lacks, as of now; `undefined` if there is no old data, or none that can be read. */
  readonly left: LeftBehind | undefined
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
 * Restores a backup and replaces the content of the data folder, at once or (if something in it is open) at the next
 * start. A restore that was staged earlier is dropped.
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
  const found = await findBackup(deps.folder, { ...request, points: true }, deps.clock.now())
  const manifest = await deps.folder.open(found)
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

/** Whether an erasure log contains more than the present one. A rebuilt one also has what no backup knows. */
const isNewer = (stored: ErasureLogState, present: ErasureLogState): boolean => {
  if (stored.installation === present.installation) return stored.last_act > present.last_act
  return present.last_act === 0 || (!present.is_rebuilt && stored.last_act > present.last_act)
}

/** An erasure log, and the backup that has it. */
interface StoredLog {
  readonly manifest: Manifest
  readonly log: StoredDatabase
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
    const stored = await this.#newestLog(present !== undefined && present !== 'damaged')
    this.#refuseForeign(present)
    const for_operator = `restored-${this.#manifest.id}`
    const chosen = this.#chosen(for_operator)
    const bytes = filesOf(chosen).reduce((sum, file) => sum + file.bytes, stored?.log.bytes ?? 0)
    await clearStaging(data_root)
    await requireRoom(data_root, bytes, `the restored data`)
    try {
      const proof = await this.#stage(chosen)
      const erasure_log = await this.#stageLog(stored, present)
      const moves = this.#moves(chosen, for_operator)
      this.#call.signal.throwIfAborted()
      const left = leftBehind(data_root)
      const aside = await this.#replace(moves, left, clock.now())
      return {
        outcome: this.#deps.is_open ? 'staged' : 'restored',
        backup_id: this.#manifest.id,
        created_at: this.#manifest.created_at,
        rows: proof.rows,
        bytes: proof.bytes,
        kept_aside: aside,
        left,
        for_operator: moves.in.includes(for_operator) ? join(data_root, for_operator) : undefined,
        erasure_log,
        restored_login: chosen.folders.some(({ restored }) => restored === 'login'),
      }
    } catch (error) {
      await clearUnlessSwapping(data_root)
      throw error
    }
  }

  /** Replaces the data, or lets the next start do so. @returns the folder of the old data, if it was replaced */
  async #replace(
    moves: Pick<Swap, 'in' | 'out'>,
    left: LeftBehind | undefined,
    now: number,
  ): Promise<string | undefined> {
    const { data_root, is_open } = this.#deps
    const { id: backup_id, created_at } = this.#manifest
    const at = new Date(now).toISOString()
    if (is_open) {
      const last_act = moves.in.includes(ERASURE_LOG) ? lastAct(data_root) : null
      const { rollback = false } = this.#request
      await stageSwap(data_root, { backup_id, created_at, staged_at: at, last_act, rollback, ...moves })
      return undefined
    }
    const aside = asideFolder(now)
    const is_anything_aside = await swapIn(data_root, { backup_id, created_at, restored_at: at, aside, left, ...moves })
    return is_anything_aside ? join(data_root, aside) : undefined
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
    if (present.is_rebuilt) return
    if ([present.installation, UNKNOWN_INSTALLATION].includes(installation)) return
    throw new DenidinError(
      'damaged',
      `${id} is a backup of another data folder: the erasure log in ${this.#deps.data_root} is not of the same DeniDin. ` +
        'Set data_root to an empty folder, or move what is there away, if you want to restore it.',
    )
  }

  /**
   * The newest erasure log in any backup of the same data folder: it also contains what was forgotten after this
   * backup. Each is read with the key of its own backup.
   * @throws DenidinError `invalid_config` if a newer backup is encrypted and its key is not here, unless the data folder
   *   has a log of its own
   */
  async #newestLog(has_own: boolean): Promise<StoredLog | undefined> {
    const { folder } = this.#deps
    for (const id of (await folder.ids()).toReversed()) {
      const stored = await folder.stored(id).catch(() => undefined)
      if (stored?.installation !== this.#manifest.installation) continue
      const manifest = await folder.open(stored).catch((error: unknown) => {
        const { code, message } = asDenidinError(error)
        if (code !== 'invalid_config' || has_own) return undefined
        throw new DenidinError(
          code,
          `${message}. It has the newest record of what was forgotten, and without that, the restore would bring it back. If that key is lost, move backups/${id}.json away.`,
          { cause: error },
        )
      })
      const log = manifest?.databases.find(({ content }) => content === 'erasures')
      if (manifest !== undefined && log !== undefined) return { manifest, log }
    }
    return undefined
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
    const objects = await folder.reader(manifest)
    const proof = await materialize(manifest, target, { objects, throttle, syncs: true }, this.#call)
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
    stored: StoredLog | undefined,
    present: ErasureLogState | 'damaged' | undefined,
  ): Promise<RestoreResult['erasure_log']> {
    const readable = present === 'damaged' ? undefined : present
    if (stored === undefined) return readable === undefined ? 'none' : 'kept'
    // Compared outside the staging folder, because everything in that folder is moved into place.
    const trial = join(dirname(this.#staging), 'log')
    const { manifest, log } = stored
    await this.#materialize({ ...manifest, databases: [log], folders: [], bytes: log.bytes }, trial)
    const path = join(trial, log.path)
    const is_wanted = readable === undefined || isNewer(readErasureLog(path), readable)
    if (is_wanted) await rename(path, join(this.#staging, ERASURE_LOG))
    await remove(trial)
    if (!is_wanted) return 'kept'
    return present === 'damaged' ? 'from_backup_damaged' : 'from_backup'
  }

  #moves({ databases, folders, derived }: Manifest, for_operator: string): Pick<Swap, 'in' | 'out'> {
    const has_operator_files = folders.some(({ restored }) => restored === 'aside')
    const has_log = existsSync(join(this.#staging, ERASURE_LOG))
    const restored = [
      ...databases.map(({ path }) => path),
      ...folders.filter(each => each.restored !== 'aside').map(({ path }) => path),
      ...(has_log ? [ERASURE_LOG] : []),
      ...(has_operator_files ? [for_operator] : []),
    ]
    const replaced = [...restored, ...derived, ...this.#deps.replaced]
    return { out: [...new Set(replaced.flatMap(path => databaseFiles(path)))], in: restored }
  }
}
