/** Makes a backup while the bot runs. */
import { basename, join, relative, sep } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import { makePrivateFolder, remove } from '../platform/files.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { BackupFolder } from './backup-folder.ts'
import { completeBackup } from './complete-backup.ts'
import { requireRoom } from './disk-room.ts'
import type { BackupSources, DatabaseSource, WorkCall } from './backup-sources.ts'
import { erasureSecret } from './sqlite/erasure-log.ts'
import type { Manifest, StoredDatabase, StoredFolder, WholeType } from './manifest.ts'
import type { StorageForm } from './storage-form.ts'
import { ClosedDatabase } from './sqlite/database-proof.ts'
import { holdsDatabase, Snapshot } from './sqlite/snapshots.ts'
import { PieceWriter } from './piece-writer.ts'
import type { Throttle } from './throttle.ts'

export interface CreateDeps {
  readonly folder: BackupFolder
  /** The folder for temporary copies; its content is deleted. */
  readonly work_folder: string
  readonly clock: Clock
  readonly ids: Ids
  readonly throttle: Throttle
  readonly denidin_version: string
}

/**
 * Makes a backup and returns its manifest. If it fails, no manifest is left, and the objects that were stored are used
 * by the next attempt or collected by the next `prune`.
 * @throws DenidinError `unavailable` (disk full, folder cannot be written), `damaged` (a database), `already_running`;
 *   the reason of the signal
 */
export const createBackup = async (
  deps: CreateDeps,
  sources: BackupSources,
  type: WholeType,
  call: WorkCall,
): Promise<Manifest> => {
  using _lock = deps.folder.lock()
  const form = await currentForm(deps.folder, sources)
  return await new BackupWriter(deps, sources, { type, form }, call).write()
}

/** The form of new backups of a data folder. */
export const currentForm = async ({ forms }: BackupFolder, { databases }: BackupSources): Promise<StorageForm> =>
  await forms.current(erasureSecret(databases.find(({ content }) => content === 'erasures')?.path))

interface WantedForm {
  readonly type: WholeType
  readonly form: StorageForm
}

class BackupWriter {
  readonly #deps: CreateDeps
  readonly #sources: BackupSources
  readonly #wanted: WantedForm
  readonly #call: WorkCall
  readonly #pieces: PieceWriter

  constructor(deps: CreateDeps, sources: BackupSources, wanted: WantedForm, call: WorkCall) {
    this.#deps = deps
    this.#sources = sources
    this.#wanted = wanted
    this.#call = call
    const { folder, throttle } = deps
    const { type, form } = wanted
    this.#pieces = new PieceWriter({ objects: folder.objects, form, throttle, call, rereads: type !== 'incremental' })
  }

  async write(): Promise<Manifest> {
    const { folder, work_folder, clock } = this.#deps
    await remove(work_folder)
    await folder.deleteLeftovers()
    const parent = (await folder.ids()).at(-1) ?? null
    const { type, form } = this.#wanted
    try {
      const created_at = clock.now()
      const copies = await this.#copyDatabases(parent === null)
      const databases: StoredDatabase[] = []
      for (const { source, path } of copies) databases.push(await this.#storeDatabase(source, path))
      const folders: StoredFolder[] = []
      for (const source of this.#sources.folders) folders.push(await this.#pieces.storeFolder(source))
      for (const each of this.#sources.texts) folders.push(await this.#pieces.storeText(each))
      // An empty folder of the data is restored as an empty folder.
      const kept = folders.filter(({ restored, files }) => restored === 'in_place' || files.length > 0)
      return await completeBackup(
        { ...this.#deps, sources: this.#sources, pieces: this.#pieces, call: this.#call },
        { type, parent, created_at, form, databases, folders: kept },
      )
    } finally {
      await remove(work_folder)
    }
  }

  async #copyDatabases(is_first: boolean): Promise<readonly { source: DatabaseSource; path: string }[]> {
    const { work_folder, folder, throttle } = this.#deps
    const { signal } = this.#call
    const present = this.#sources.databases.filter(({ path }) => holdsDatabase(path))
    requireData(present, this.#sources)
    const snapshots = Snapshot.take(present.map(({ path }) => path))
    try {
      const bytes = snapshots.reduce((sum, snapshot) => sum + snapshot.bytes, 0)
      this.#pieces.total_bytes = 2 * bytes
      await requireRoom(work_folder, bytes, 'a copy of the databases')
      // A first backup takes up to the size of the data, a later one only the changes.
      await requireRoom(folder.path, Math.ceil(is_first ? bytes / 2 : bytes / 20), 'a backup')
      await makePrivateFolder(work_folder)
      const copies: { source: DatabaseSource; path: string }[] = []
      for (const [index, source] of present.entries()) {
        const path = join(work_folder, basename(source.path))
        using snapshot = snapshots[index]
        await snapshot?.copyTo(path, {
          signal,
          pause: each => {
            this.#pieces.advance(each)
            return throttle.delay(each)
          },
        })
        copies.push({ source, path })
      }
      return copies
    } finally {
      for (const snapshot of snapshots) snapshot[Symbol.dispose]()
    }
  }

  async #storeDatabase({ name, path, content }: DatabaseSource, copy: string): Promise<StoredDatabase> {
    const proof = await this.#proofOf(copy)
    const stored = await this.#pieces.storeFile(copy, this.#below(path))
    await remove(copy)
    return { ...stored, name, content, ...proof }
  }

  async #proofOf(copy: string): Promise<Pick<StoredDatabase, 'migrations' | 'tables'>> {
    using database = new ClosedDatabase(copy)
    return await database.prove(this.#call)
  }

  #below(path: string): string {
    return relative(this.#sources.data_root, path).split(sep).join('/')
  }
}

/** @throws DenidinError `not_found` if there is no primary data among the databases that exist */
export const requireData = (present: readonly DatabaseSource[], { data_root }: BackupSources): void => {
  if (present.some(({ content }) => content === 'truth')) return
  throw new DenidinError('not_found', `there is nothing to back up in ${data_root} yet`)
}
