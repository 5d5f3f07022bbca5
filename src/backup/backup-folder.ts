/**
 * The folder with backups: `backups/<id>.json` (manifests), `objects/ab/<sha256>.zst`, `verifications/<id>.json`. A
 * backup exists when its manifest does, which is written last.
 */
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { takeOwnership } from '../database/sqlite/owner-lock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { remove, syncFolder, writeFileAtomic } from '../platform/files.ts'
import { isBackupId, readManifest, writeManifest, type Manifest } from './manifest.ts'
import { ObjectStore } from './object-store.ts'
import type { Verification } from './verification.ts'

const MANIFEST_ENDING = '.json'

/** A manifest that cannot be read. */
export interface DamagedBackup {
  readonly id: string
  readonly reason: string
}

/** The content of a folder: readable manifests, oldest first, and those that cannot be read. */
export interface BackupList {
  readonly backups: readonly Manifest[]
  readonly damaged: readonly DamagedBackup[]
}

export class BackupFolder {
  readonly path: string
  readonly objects: ObjectStore
  readonly #manifests: string
  readonly #verifications: string

  constructor(path: string) {
    this.path = path
    this.objects = new ObjectStore(join(path, 'objects'))
    this.#manifests = join(path, 'backups')
    this.#verifications = join(path, 'verifications')
  }

  /**
   * Keeps other processes from writing here until it is disposed of: otherwise one process could collect objects that
   * another has just written.
   * @throws DenidinError `already_running`
   */
  lock(): Disposable {
    try {
      return takeOwnership(join(this.path, 'run', 'owner.lock'))
    } catch (error) {
      const { code, message } = asDenidinError(error)
      if (code !== 'already_running')
        throw new DenidinError('unavailable', `backup.folder: ${message}`, { cause: error })
      throw new DenidinError('already_running', `another backup command is using ${this.path}; wait for it`, {
        cause: error,
        retryable: true,
      })
    }
  }

  /** Ids of all backups, oldest first; the manifests are not read. */
  async ids(): Promise<readonly string[]> {
    return await idsIn(this.#manifests)
  }

  async list(): Promise<BackupList> {
    const backups: Manifest[] = []
    const damaged: DamagedBackup[] = []
    for (const id of await this.ids()) {
      await this.read(id).then(
        manifest => backups.push(manifest),
        (error: unknown) => damaged.push({ id, reason: asDenidinError(error).message }),
      )
    }
    return { backups, damaged }
  }

  /** @throws DenidinError `not_found`, `damaged` */
  async read(id: string): Promise<Manifest> {
    const path = this.#manifestPath(id)
    const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new DenidinError('not_found', `there is no backup ${id} in ${this.path}`)
      throw new DenidinError('damaged', `${path} cannot be read (${error.message})`, { cause: error })
    })
    return readManifest(content, id)
  }

  /** Makes a backup exist: from now on it is complete. */
  async add(manifest: Manifest): Promise<void> {
    await this.objects.flush()
    await writeFileAtomic(this.#manifestPath(manifest.id), writeManifest(manifest))
    await syncFolder(this.#manifests)
    await syncFolder(this.path)
  }

  /** Deletes manifests and their verifications; their objects are collected by `ObjectStore.keepOnly`. */
  async delete(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await unlink(this.#manifestPath(id))
      await remove(this.#verificationPath(id))
    }
    await syncFolder(this.#manifests)
  }

  /** Deletes the remains of an interrupted write of a manifest. */
  async deleteLeftovers(): Promise<void> {
    for (const name of await readdir(this.#manifests).catch(() => [])) {
      if (name.endsWith('.new')) await remove(join(this.#manifests, name))
    }
  }

  async record(verification: Verification): Promise<void> {
    await writeFileAtomic(this.#verificationPath(verification.backup_id), `${JSON.stringify(verification, null, 2)}\n`)
  }

  /** The last verification of a backup; `undefined` if it was never verified. */
  async verification(id: string): Promise<Verification | undefined> {
    try {
      return JSON.parse(await readFile(this.#verificationPath(id), 'utf8')) as Verification
    } catch {
      return undefined
    }
  }

  /** Ids of verified backups, oldest first. */
  async verifiedIds(): Promise<readonly string[]> {
    return await idsIn(this.#verifications)
  }

  #manifestPath(id: string): string {
    return join(this.#manifests, `${id}${MANIFEST_ENDING}`)
  }

  #verificationPath(id: string): string {
    return join(this.#verifications, `${id}${MANIFEST_ENDING}`)
  }
}

/** An unreadable folder must not look empty, because its objects would then be collected. */
const idsIn = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new DenidinError('unavailable', `${folder} cannot be read (${error.message})`, {
      cause: error,
      retryable: true,
    })
  })
  return names
    .filter(name => name.endsWith(MANIFEST_ENDING))
    .map(name => name.slice(0, -MANIFEST_ENDING.length))
    .filter(isBackupId)
    .sort()
}

/**
 * Finds the backup that a caller names: by its id, the beginning of it, or `latest`.
 * @param before selects the newest backup that was complete by then, in milliseconds since the Unix epoch
 * @throws DenidinError `not_found`, `invalid_input`, `damaged`
 */
export const findBackup = async (
  folder: BackupFolder,
  { backup_id, before }: { readonly backup_id: string; readonly before?: number | undefined },
): Promise<Manifest> => {
  const ids = await folder.ids()
  if (ids.length === 0) throw new DenidinError('not_found', `there is no backup in ${folder.path}`)
  if (before !== undefined) {
    const { backups } = await folder.list()
    const found = backups.findLast(({ created_at }) => Date.parse(created_at) <= before)
    if (found !== undefined) return found
    const first = backups[0]?.created_at ?? 'none that can be read'
    throw new DenidinError(
      'not_found',
      `no backup is as old as ${new Date(before).toISOString()}; the oldest is of ${first}`,
    )
  }
  if (backup_id === 'latest') return await folder.read(ids.at(-1) ?? '')
  const found = ids.filter(id => id.startsWith(backup_id))
  if (found.length > 1) throw new DenidinError('invalid_input', `"${backup_id}" may mean ${found.join(' or ')}`)
  if (found[0] === undefined) {
    throw new DenidinError(
      'not_found',
      `there is no backup "${backup_id}"; give latest or an id from "denidin backup list"`,
    )
  }
  return await folder.read(found[0])
}
