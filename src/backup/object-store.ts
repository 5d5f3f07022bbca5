/** The objects of backups: pieces of files, each under a name that its content determines. */
import { basename } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import type { BackupFiles } from './files/backup-files.ts'
import { requireName, type StorageForm, type StoredForm } from './storage-form.ts'

const FOLDER = 'objects'
const OBJECT_NAME = /^([0-9a-f]{64})\.zst(\.age)?$/

/** The result of storing a piece. */
export interface StoredObject {
  readonly hash: string
  /** Additional bytes on disk: 0 if the object already existed. */
  readonly new_bytes: number
}

export class ObjectStore {
  readonly #files: BackupFiles

  constructor(files: BackupFiles) {
    this.#files = files
  }

  /**
   * Stores a piece, unless it already exists.
   * @param rereads whether an existing object is read and compared first, and replaced if it is damaged; it is not if
   *   its key is not known
   * @throws DenidinError `unavailable` if it cannot be written
   */
  async put(content: Uint8Array, form: StorageForm, rereads: boolean): Promise<StoredObject> {
    const hash = form.nameOf(content)
    const is_there =
      rereads && form.can_open ? await this.#isWhole(hash, form) : ((await this.bytes(hash, form)) ?? 0) > 0
    if (is_there) return { hash, new_bytes: 0 }
    const stored = await form.seal(content)
    await this.add(hash, form, stored)
    return { hash, new_bytes: stored.length }
  }

  /** The content of an object. @throws DenidinError `damaged` if it is missing or any of its bytes is wrong */
  async get(hash: string, form: StorageForm): Promise<Buffer> {
    const path = this.#shown(hash, form)
    const content = await form.open(await this.raw(hash, form), path)
    requireName(form, content, hash, path)
    return content
  }

  /** The stored bytes of an object, which are verified as far as the keys allow. @throws DenidinError `damaged` */
  async stored(hash: string, form: StoredForm): Promise<Buffer> {
    const stored = await this.raw(hash, form)
    await form.check(stored, hash, this.#shown(hash, form))
    return stored
  }

  /** The stored bytes of an object. @throws DenidinError `damaged` if it is missing */
  async raw(hash: string, form: Pick<StoredForm, 'object_ending'>): Promise<Buffer> {
    const stored = await this.#files.read(pathOf(hash, form))
    if (stored === undefined) throw new DenidinError('damaged', `${this.#shown(hash, form)} is missing`)
    return stored
  }

  /** Stores the bytes of an object that was sealed before. */
  async add(hash: string, form: StoredForm, stored: Uint8Array): Promise<void> {
    await this.#files.write(pathOf(hash, form), stored)
  }

  /** Size of an object as stored; `undefined` if it is missing. */
  async bytes(hash: string, form: StoredForm): Promise<number | undefined> {
    return await this.#files.bytes(pathOf(hash, form))
  }

  /** All objects, with their sizes in bytes. */
  async list(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    for (const [path, bytes] of await this.#files.list(FOLDER)) {
      const hash = hashIn(path)
      if (hash !== undefined) found.set(hash, bytes)
    }
    return found
  }

  /** Deletes all objects except these, and the remains of interrupted writes. @returns what was deleted */
  async keepOnly(kept: ReadonlySet<string>): Promise<{ readonly objects: number; readonly bytes: number }> {
    const found = [...(await this.#files.list(FOLDER))].map(([path, bytes]) => ({ path, bytes, hash: hashIn(path) }))
    const unneeded = found.filter(({ hash }) => hash === undefined || !kept.has(hash))
    await this.#files.remove(unneeded.map(({ path }) => path))
    return {
      objects: unneeded.filter(({ hash }) => hash !== undefined).length,
      bytes: unneeded.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }

  async #isWhole(hash: string, form: StorageForm): Promise<boolean> {
    return await this.get(hash, form).then(
      () => true,
      () => false,
    )
  }

  /** The path of an object in messages. */
  #shown(hash: string, form: Pick<StoredForm, 'object_ending'>): string {
    return `${this.#files.place}/${pathOf(hash, form)}`
  }
}

const hashIn = (path: string): string | undefined => OBJECT_NAME.exec(basename(path))?.[1]

const pathOf = (hash: string, { object_ending }: Pick<StoredForm, 'object_ending'>): string =>
  `${FOLDER}/${hash.slice(0, 2)}/${hash}${object_ending}`
