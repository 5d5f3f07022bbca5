/**
 * A folder with backups, here or elsewhere: `backups/<id>.json` (manifests), `objects/ab/<name>.zst`,
 * `verifications/<id>.json`. A backup exists when its manifest does, which is written last.
 */
import { basename } from 'node:path'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { UNFINISHED_ENDING, type BackupFiles } from './files/backup-files.ts'
import { FolderFiles } from './files/folder-files.ts'
import { isBackupId, readBackupId, readManifest, writeManifest, type Manifest } from './manifest.ts'
import { ObjectStore } from './object-store.ts'
import { MANIFEST_ENDING, PLAIN_FORMS, type StorageForms } from './storage-form.ts'
import type { Verification } from './verification.ts'

const MANIFESTS = 'backups'
const VERIFICATIONS = 'verifications'
const MANIFEST_NAME = /^(.+)\.json(\.age)?$/

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

/** Reads the objects of one backup. */
export interface ObjectReader {
  /** @throws DenidinError `damaged`; `unavailable` if the place cannot be reached */
  get(hash: string): Promise<Buffer>
}

export class BackupFolder {
  /** The place as messages name it. */
  readonly path: string
  readonly objects: ObjectStore
  readonly forms: StorageForms
  readonly #files: BackupFiles

  constructor(files: BackupFiles, forms: StorageForms = PLAIN_FORMS) {
    this.path = files.place
    this.objects = new ObjectStore(files)
    this.forms = forms
    this.#files = files
  }

  /** The backups in a folder of this machine. */
  static at(path: string, forms?: StorageForms): BackupFolder {
    return new BackupFolder(new FolderFiles(path), forms)
  }

  /**
   * Keeps other processes from writing here until it is disposed of: otherwise one process could collect objects that
   * another has just written.
   * @throws DenidinError `already_running`
   */
  lock(): Disposable {
    return this.#files.lock()
  }

  /** Ids of all backups, oldest first; the manifests are not read. */
  async ids(): Promise<readonly string[]> {
    return [...(await this.#manifestPaths()).keys()]
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

  /** @throws DenidinError `not_found`, `damaged`; `invalid_config` if it is encrypted and the key is not known */
  async read(id: string): Promise<Manifest> {
    const { path, stored } = await this.#readManifest(id)
    return readManifest(await this.forms.openManifest(stored, `${this.path}/${path}`), id)
  }

  /** Reads the objects of a backup. */
  async reader({ key_id }: Pick<Manifest, 'key_id'>): Promise<ObjectReader> {
    const form = await this.forms.withKey(key_id)
    return { get: hash => this.objects.get(hash, form) }
  }

  /** Makes a backup exist: from now on it is complete. */
  async add(manifest: Manifest): Promise<void> {
    const form = await this.forms.withKey(manifest.key_id)
    await this.#addStored(`${manifest.id}${form.manifest_ending}`, await form.sealManifest(writeManifest(manifest)))
  }

  /** Makes a backup of another folder exist here, whose objects are here already. */
  async addFrom(other: BackupFolder, id: string): Promise<void> {
    const { path, stored } = await other.#readManifest(id)
    await this.#addStored(basename(path), stored)
  }

  /** Deletes manifests and their verifications; their objects are collected by `ObjectStore.keepOnly`. */
  async delete(ids: readonly string[]): Promise<void> {
    const paths = await this.#manifestPaths()
    await this.#files.remove(ids.flatMap(id => [...(paths.get(id) ?? []), verificationPath(id)]))
    await this.#files.flush()
  }

  /** Deletes the remains of an interrupted write of a manifest. */
  async deleteLeftovers(): Promise<void> {
    const paths = [...(await this.#files.list(MANIFESTS)).keys()]
    await this.#files.remove(paths.filter(path => path.endsWith(UNFINISHED_ENDING)))
  }

  async record(verification: Verification): Promise<void> {
    await this.#files.write(verificationPath(verification.backup_id), `${JSON.stringify(verification, null, 2)}\n`)
  }

  /** The last verification of a backup; `undefined` if it was never verified. */
  async verification(id: string): Promise<Verification | undefined> {
    try {
      const content = await this.#files.read(verificationPath(id))
      return content === undefined ? undefined : (JSON.parse(content.toString('utf8')) as Verification)
    } catch {
      return undefined
    }
  }

  /** Ids of verified backups, oldest first. */
  async verifiedIds(): Promise<readonly string[]> {
    return idsIn(await this.#files.list(VERIFICATIONS))
  }

  async #readManifest(id: string): Promise<{ readonly path: string; readonly stored: Buffer }> {
    for (const path of (await this.#manifestPaths()).get(id) ?? []) {
      const stored = await this.#files.read(path)
      if (stored !== undefined) return { path, stored }
    }
    throw new DenidinError('not_found', `there is no backup ${id} in ${this.path}`)
  }

  async #addStored(name: string, stored: Uint8Array): Promise<void> {
    await this.#files.flush()
    await this.#files.write(`${MANIFESTS}/${name}`, stored)
    await this.#files.flush()
  }

  /** Paths of manifests by the id in their name, oldest first. */
  async #manifestPaths(): Promise<ReadonlyMap<string, readonly string[]>> {
    const paths = [...(await this.#files.list(MANIFESTS)).keys()]
    const named = paths.map(path => ({ path, id: idIn(path) })).filter(({ id }) => isBackupId(id))
    const byId = Map.groupBy(named, ({ id }) => id)
    return new Map(
      [...byId].sort(([one], [other]) => (one < other ? -1 : 1)).map(([id, all]) => [id, all.map(({ path }) => path)]),
    )
  }
}

const idIn = (path: string): string => MANIFEST_NAME.exec(basename(path))?.[1] ?? ''

const idsIn = (paths: ReadonlyMap<string, number>): readonly string[] =>
  [...paths.keys()].map(idIn).filter(isBackupId).sort()

const verificationPath = (id: string): string => `${VERIFICATIONS}/${id}${MANIFEST_ENDING}`

/** Which backup a caller means. */
export interface WantedBackup {
  /** An id, the beginning of one, or `latest`. */
  readonly backup_id: string
  /** Instead of an id: the newest backup that was made by then, in milliseconds since the Unix epoch. */
  readonly before?: number | undefined
  /** Whether `latest` may be a restore point. */
  readonly points: boolean
}

/**
 * Finds the backup that a caller names.
 * @param now milliseconds since the Unix epoch: a later `before` is refused
 * @throws DenidinError `not_found`, `invalid_input`, `damaged`
 */
export const findBackup = async (
  folder: BackupFolder,
  { backup_id, before, points }: WantedBackup,
  now: number,
): Promise<Manifest> => {
  const ids = await folder.ids()
  if (ids.length === 0) throw new DenidinError('not_found', `there is no backup in ${folder.path}`)
  if (before !== undefined) return await backupBefore(folder, ids, before, now)
  if (backup_id === 'latest') {
    const newest = points ? undefined : ids.findLast(id => readBackupId(id)?.type !== 'point')
    return await folder.read(newest ?? ids.at(-1) ?? '')
  }
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

/** The newest readable backup that was made by a time. */
const backupBefore = async (
  folder: BackupFolder,
  ids: readonly string[],
  before: number,
  now: number,
): Promise<Manifest> => {
  const asked = new Date(before).toISOString()
  if (before > now) {
    throw new DenidinError('invalid_input', `${asked} is in the future: it is ${new Date(now).toISOString()} now`)
  }
  // The time in an id may be later than that of the backup.
  for (const id of ids.toReversed()) {
    const manifest = await folder.read(id).catch((error: unknown) => {
      if (asDenidinError(error).code === 'damaged') return undefined
      throw error
    })
    if (manifest !== undefined && Date.parse(manifest.created_at) <= before) return manifest
  }
  const oldest = readBackupId(ids[0] ?? '')?.at
  const since = oldest === undefined ? '' : `; the oldest is of ${new Date(oldest).toISOString()}`
  throw new DenidinError('not_found', `no backup is as old as ${asked}${since}`)
}
