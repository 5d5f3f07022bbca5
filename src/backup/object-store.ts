/** The objects of backups: pieces of files, each under a name that its content determines. */
import { basename } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import type { BackupFiles } from './files/backup-files.ts'
import type { StorageForm } from './storage-form.ts'

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
   * @param rereads whether an existing object is read and compared first, and replaced if it is damaged
   * @throws DenidinError `unavailable` if it cannot be written
   */
  async put(content: Uint8Array, form: StorageForm, rereads: boolean): Promise<StoredObject> {
    const hash = form.nameOf(content)
    const is_there = rereads ? await this.#isWhole(hash, form) : ((await this.bytes(hash, form)) ?? 0) > 0
    if (is_there) return { hash, new_bytes: 0 }
    const stored = await form.seal(content)
    await this.add(hash, form, stored)
    return { hash, new_bytes: stored.length }
  }

  /** The content of an object. @throws DenidinError `damaged` if it is missing or any of its bytes is wrong */
  async get(hash: string, form: StorageForm): Promise<Buffer> {
    return (await this.#read(hash, form)).content
  }

  /** The stored bytes of an object, which are verified. @throws DenidinError `damaged` */
  async stored(hash: string, form: StorageForm): Promise<Buffer> {
    return (await this.#read(hash, form)).stored
  }

  /** Stores the bytes of an object that was sealed before. */
  async add(hash: string, form: StorageForm, stored: Uint8Array): Promise<void> {
    await this.#files.write(pathOf(hash, form), stored)
  }

  /** Size of an object as stored; `undefined` if it is missing. */
  async bytes(hash: string, form: StorageForm): Promise<number | undefined> {
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

  async #read(hash: string, form: StorageForm): Promise<{ readonly stored: Buffer; readonly content: Buffer }> {
    const path = pathOf(hash, form)
    const shown = `${this.#files.place}/${path}`
    const stored = await this.#files.read(path)
    if (stored === undefined) throw new DenidinError('damaged', `${shown} is missing`)
    const content = await form.open(stored, shown)
    if (form.nameOf(content) !== hash)
      throw new DenidinError('damaged', `${shown} holds other content than its name says`)
    return { stored, content }
  }
}

const hashIn = (path: string): string | undefined => OBJECT_NAME.exec(basename(path))?.[1]

const pathOf = (hash: string, { object_ending }: StorageForm): string =>
  `${FOLDER}/${hash.slice(0, 2)}/${hash}${object_ending}`
