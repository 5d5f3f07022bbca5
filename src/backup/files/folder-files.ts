/** Files of backups in a folder of this machine, or of a disk that is mounted here. */
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { takeOwnership } from '../../database/sqlite/owner-lock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { exists, fileBytes, filesBelow, remove, syncFolder, writeFileAtomic } from '../../platform/files.ts'
import type { BackupFiles } from './backup-files.ts'

export interface FolderFilesOptions {
  /**
   * Whether the folder may be on a disk that is not always mounted. Then nothing is written if the folder is missing,
   * and no lock is taken, because not every network disk supports locks.
   */
  readonly is_mount?: boolean
}

export class FolderFiles implements BackupFiles {
  readonly place: string
  readonly #is_mount: boolean
  /** Folders in which names have changed since the last flush. */
  readonly #changed = new Set<string>()

  constructor(place: string, { is_mount = false }: FolderFilesOptions = {}) {
    this.place = place
    this.#is_mount = is_mount
  }

  lock(): Disposable {
    if (this.#is_mount) return new DisposableStack()
    try {
      return takeOwnership(this.#at('run/owner.lock'))
    } catch (error) {
      const { code, message } = asDenidinError(error)
      if (code !== 'already_running')
        throw new DenidinError('unavailable', `backup.folder: ${message}`, { cause: error })
      throw new DenidinError('already_running', `another backup command is using ${this.place}; wait for it`, {
        cause: error,
        retryable: true,
      })
    }
  }

  async list(folder: string): Promise<ReadonlyMap<string, number>> {
    await this.#requireFolder()
    const found = new Map<string, number>()
    const paths = await filesBelow(this.#at(folder), cannotBeRead)
    for (const path of paths) found.set(relative(this.place, path).split(sep).join('/'), await fileBytes(path))
    return found
  }

  async bytes(path: string): Promise<number | undefined> {
    const bytes = await fileBytes(this.#at(path))
    return bytes > 0 || (await exists(this.#at(path))) ? bytes : undefined
  }

  async read(path: string): Promise<Buffer | undefined> {
    return await readFile(this.#at(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new DenidinError('damaged', `${this.#at(path)} cannot be read (${error.message})`, { cause: error })
    })
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await this.#requireFolder()
    await writeFileAtomic(this.#at(path), content)
    this.#changed.add(dirname(this.#at(path)))
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await remove(this.#at(path))
      this.#changed.add(dirname(this.#at(path)))
    }
  }

  async flush(): Promise<void> {
    const above = [...this.#changed].map(folder => dirname(folder))
    for (const folder of new Set([...this.#changed, ...above])) await syncFolder(folder)
    this.#changed.clear()
  }

  async #requireFolder(): Promise<void> {
    if (!this.#is_mount || (await exists(this.place))) return
    throw new DenidinError(
      'unavailable',
      `${this.place} is not there; mount its disk, or create the folder if it is new`,
      { retryable: true },
    )
  }

  #at(path: string): string {
    return join(this.place, path)
  }
}

/** @throws DenidinError `unavailable` */
const cannotBeRead = (error: NodeJS.ErrnoException, folder: string): void => {
  if (error.code === 'ENOENT') return
  throw new DenidinError('unavailable', `${folder} cannot be read (${error.message})`, {
    cause: error,
    retryable: true,
  })
}
