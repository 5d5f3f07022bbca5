/**
 * A folder with backups, here or elsewhere: `backups/<id>.json` (manifests), `objects/ab/<name>.zst`
 * (`.zst.age` if encrypted), `verifications/<id>.json`. A backup exists when its manifest does, which is written last.
 */
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { UNFINISHED_ENDING, type BackupFiles } from './files/backup-files.ts'
import { AgeForms, SEALED_FORM } from './age/age-forms.ts'
import { FolderFiles } from './files/folder-files.ts'
import {
  isBackupId,
  isSealed,
  readBackupId,
  readDetails,
  readManifest,
  sealedOf,
  writeManifest,
  type Manifest,
  type SealedManifest,
  type StoredManifest,
} from './manifest.ts'
import { ObjectStore } from './object-store.ts'
import { MANIFEST_ENDING, PLAIN_FORM, type StorageForm, type StorageForms, type StoredForm } from './storage-form.ts'
import type { Verification } from './verification.ts'

const MANIFESTS = 'backups'
const VERIFICATIONS = 'verifications'
const MANIFEST_NAME = /^(.+)\.json$/
/** Reads what is not encrypted. */
const NO_KEYS = new AgeForms({ recipients: [], identity_file: undefined })

/** A manifest that cannot be read. */
export interface DamagedBackup {
  readonly id: string
  readonly reason: string
}

/** The content of a folder: readable manifests, oldest first, and those that cannot be read. No key is needed. */
export interface BackupList {
  readonly backups: readonly StoredManifest[]
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

  constructor(files: BackupFiles, forms: StorageForms = NO_KEYS) {
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
    return idsIn(await this.#files.list(MANIFESTS))
  }

  async list(): Promise<BackupList> {
    const backups: StoredManifest[] = []
    const damaged: DamagedBackup[] = []
    for (const id of await this.ids()) {
      await this.stored(id).then(
        manifest => backups.push(manifest),
        (error: unknown) => damaged.push({ id, reason: asDenidinError(error).message }),
      )
    }
    return { backups, damaged }
  }

  /** What the file of a backup contains; no key is needed. @throws DenidinError `not_found`, `damaged` */
  async stored(id: string): Promise<StoredManifest> {
    return readManifest((await this.#readManifest(id)).toString('utf8'), id)
  }

  /** The manifest of a backup. @throws DenidinError `damaged`; `invalid_config` if it is encrypted, and its key is not here */
  async open(stored: StoredManifest): Promise<Manifest> {
    if (!isSealed(stored)) return stored
    const { id, details } = stored
    const path = `${this.path}/${MANIFESTS}/${id}${MANIFEST_ENDING}`
    const bytes = await this.objects.raw(details, SEALED_FORM)
    const text = await this.forms.openDetails(stored, bytes, `the manifest of ${id}`)
    const manifest = readDetails(text, id)
    const form = await this.forms.of(manifest)
    if (isDeepStrictEqual(sealedOf(manifest, form.nameOf(Buffer.from(text))), stored)) return manifest
    throw new DenidinError('damaged', `${path} is damaged: it differs from the encrypted manifest`)
  }

  /** @throws DenidinError `not_found`, `damaged`; `invalid_config` if it is encrypted, and its key is not here */
  async read(id: string): Promise<Manifest> {
    return await this.open(await this.stored(id))
  }

  /** Reads the objects of a backup. @throws DenidinError `invalid_config` if its key is not here */
  async reader(manifest: Pick<Manifest, 'id' | 'key_id' | 'encryption'>): Promise<ObjectReader> {
    const form = await this.forms.of(manifest)
    return { get: hash => this.objects.get(hash, form) }
  }

  /** How the stored objects of a backup can be verified, with its key or, if that is not here, without it. */
  async storedForm(stored: StoredManifest): Promise<StoredForm> {
    if (!isSealed(stored)) return PLAIN_FORM
    try {
      return await this.forms.of(await this.open(stored))
    } catch (error) {
      if (asDenidinError(error).code === 'invalid_config') return SEALED_FORM
      throw error
    }
  }

  /** Makes a backup exist: from now on it is complete. @param form in which its objects were stored */
  async add(manifest: Manifest, form: StorageForm): Promise<void> {
    await this.#addStored(manifest.id, writeManifest(form.key === null ? manifest : await this.#sealed(manifest, form)))
  }

  /** Makes a backup of another folder exist here, whose objects are here already. */
  async addFrom(other: BackupFolder, id: string): Promise<void> {
    await this.#addStored(id, await other.#readManifest(id))
  }

  /** Deletes manifests and their verifications; their objects are collected by `ObjectStore.keepOnly`. */
  async delete(ids: readonly string[]): Promise<void> {
    await this.#files.remove(ids.flatMap(id => [manifestPath(id), verificationPath(id)]))
    await this.#files.flush()
  }

  /** Deletes the remains of an interrupted write of a manifest. */
  async deleteLeftovers(): Promise<void> {
    const paths = [...(await this.#files.list(MANIFESTS)).keys()]
    await this.#files.remove(paths.filter(path => path.endsWith(UNFINISHED_ENDING)))
  }

  /** After a repair, the last verification says nothing any more. */
  async deleteVerification(id: string): Promise<void> {
    await this.#files.remove([verificationPath(id)])
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

  async #readManifest(id: string): Promise<Buffer> {
    const stored = await this.#files.read(manifestPath(id))
    if (stored === undefined) throw new DenidinError('not_found', `there is no backup ${id} in ${this.path}`)
    return stored
  }

  /** Stores a manifest as an object, and returns what names it. */
  async #sealed(manifest: Manifest, form: StorageForm): Promise<SealedManifest> {
    const { hash } = await this.objects.put(Buffer.from(JSON.stringify(manifest)), form, false)
    return sealedOf(manifest, hash)
  }

  async #addStored(id: string, content: string | Uint8Array): Promise<void> {
    await this.#files.flush()
    await this.#files.write(manifestPath(id), content)
    await this.#files.flush()
  }
}

const idIn = (path: string): string => MANIFEST_NAME.exec(basename(path))?.[1] ?? ''

const idsIn = (paths: ReadonlyMap<string, number>): readonly string[] =>
  [...paths.keys()].map(idIn).filter(isBackupId).sort()

const manifestPath = (id: string): string => `${MANIFESTS}/${id}${MANIFEST_ENDING}`

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
 * Finds the backup that a caller names; no key is needed.
 * @param now milliseconds since the Unix epoch: a later `before` is refused
 * @throws DenidinError `not_found`, `invalid_input`, `damaged`
 */
export const findBackup = async (
  folder: BackupFolder,
  { backup_id, before, points }: WantedBackup,
  now: number,
): Promise<StoredManifest> => {
  const ids = await folder.ids()
  if (before === undefined) return await folder.stored(findId(folder.path, ids, { backup_id, points }))
  if (ids.length === 0) throw noBackup(folder.path)
  return await backupBefore(folder, ids, before, now)
}

/**
 * The id that a caller means.
 * @param ids of all backups, oldest first
 * @throws DenidinError `not_found`, `invalid_input`
 */
export const findId = (
  path: string,
  ids: readonly string[],
  { backup_id, points }: Omit<WantedBackup, 'before'>,
): string => {
  const last = ids.at(-1)
  if (last === undefined) throw noBackup(path)
  if (backup_id === 'latest')
    return (points ? undefined : ids.findLast(id => readBackupId(id)?.type !== 'point')) ?? last
  const found = ids.filter(id => id.startsWith(backup_id))
  if (found.length > 1) throw new DenidinError('invalid_input', `"${backup_id}" may mean ${found.join(' or ')}`)
  if (found[0] !== undefined) return found[0]
  throw new DenidinError(
    'not_found',
    `there is no backup "${backup_id}"; give latest or an id from "denidin backup list"`,
  )
}

const noBackup = (path: string): DenidinError => new DenidinError('not_found', `there is no backup in ${path}`)

/** The newest readable backup that was made by a time. */
const backupBefore = async (
  folder: BackupFolder,
  ids: readonly string[],
  before: number,
  now: number,
): Promise<StoredManifest> => {
  const asked = new Date(before).toISOString()
  if (before > now) {
    throw new DenidinError('invalid_input', `${asked} is in the future: it is ${new Date(now).toISOString()} now`)
  }
  // The time in an id may be later than that of the backup.
  for (const id of ids.toReversed()) {
    const manifest = await folder.stored(id).catch((error: unknown) => {
      if (asDenidinError(error).code === 'damaged') return undefined
      throw error
    })
    if (manifest !== undefined && Date.parse(manifest.created_at) <= before) return manifest
  }
  const oldest = readBackupId(ids[0] ?? '')?.at
  const since = oldest === undefined ? '' : `; the oldest is of ${new Date(oldest).toISOString()}`
  throw new DenidinError('not_found', `no backup is as old as ${asked}${since}`)
}
