/** Stores the files of a backup in pieces, and counts what they add to the disk. */
import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { basename, relative, sep } from 'node:path'
import { sha256Of } from '../platform/checksums.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { filesBelow } from '../platform/files.ts'
import type { BackupSources, FolderSource, WorkCall } from './backup-sources.ts'
import type { StoredFile, StoredFolder } from './manifest.ts'
import type { ObjectStore } from './object-store.ts'
import type { StorageForm } from './storage-form.ts'
import type { Throttle } from './throttle.ts'

/** Size of the pieces into which files are split. A multiple of every page size of SQLite. */
export const CHUNK_BYTES = 256 * 1024

/** A file whose time of change is closer than this to an earlier backup may have changed after it was read. */
const TIME_TOLERANCE_MS = 2 * SECOND_MS

export interface PieceWriterDeps {
  readonly objects: ObjectStore
  readonly form: StorageForm
  readonly throttle: Throttle
  readonly call: WorkCall
  /** Whether existing objects are read and compared before they are relied on. */
  readonly rereads: boolean
}

/** Files of an earlier backup: those that have not changed since need not be read again. */
export interface KnownFiles {
  /** Time of that backup, in milliseconds since the Unix epoch. */
  readonly at: number
  /** By their path below the folder. */
  readonly files: ReadonlyMap<string, StoredFile>
}

export class PieceWriter {
  new_bytes = 0
  new_objects = 0
  /** What is expected in all, for the progress. */
  total_bytes = 0
  readonly #deps: PieceWriterDeps
  #done_bytes = 0

  constructor(deps: PieceWriterDeps) {
    this.#deps = deps
  }

  /** Stores a piece. @returns the name of its object */
  async put(content: Uint8Array): Promise<string> {
    const { objects, form, rereads } = this.#deps
    const { hash, new_bytes } = await objects.put(content, form, rereads)
    this.new_bytes += new_bytes
    if (new_bytes > 0) this.new_objects += 1
    return hash
  }

  /** Of a file that others append to, the length at the time of opening is stored. */
  async storeFile(path: string, stored_as: string): Promise<StoredFile> {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const whole = createHash('sha256')
    const objects: string[] = []
    let bytes = 0
    while (bytes < size) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(CHUNK_BYTES, size - bytes)), 0, null, bytes)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      whole.update(chunk)
      objects.push(await this.put(chunk))
      bytes += bytesRead
      await this.pause(bytesRead)
    }
    return { path: stored_as, bytes, sha256: whole.digest('hex'), objects }
  }

  async storeFolder({ name, path, stored_as, restored }: FolderSource, known?: KnownFiles): Promise<StoredFolder> {
    const files: StoredFile[] = []
    for (const file of await filesBelow(path)) {
      if (file.endsWith('.new')) continue
      const below = relative(path, file).split(sep).join('/') || basename(path)
      // A file that has been deleted in the meantime is no longer needed.
      const stored = await this.#knownOrStored(file, below, known).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (stored !== undefined) files.push(stored)
    }
    return { name, path: stored_as, restored, files }
  }

  async storeText({ name, file, text }: BackupSources['texts'][number]): Promise<StoredFolder> {
    const content = Buffer.from(text)
    const objects = content.length === 0 ? [] : [await this.put(content)]
    return {
      name,
      path: name,
      restored: 'aside',
      files: [{ path: file, bytes: content.length, sha256: sha256Of(content), objects }],
    }
  }

  /** Reports that bytes were read, and waits as the limit of the rate says. @throws the reason of the signal */
  async pause(bytes: number): Promise<void> {
    this.advance(bytes)
    await this.#deps.throttle.pause(bytes, this.#deps.call.signal)
  }

  advance(bytes: number): void {
    this.#done_bytes += bytes
    const done = Math.floor(this.#done_bytes / 2 ** 20)
    this.#deps.call.progress({ done, total: Math.max(Math.floor(this.total_bytes / 2 ** 20), done), unit: 'MB' })
  }

  async #knownOrStored(file: string, below: string, known: KnownFiles | undefined): Promise<StoredFile> {
    const earlier = known?.files.get(below)
    if (known !== undefined && earlier !== undefined) {
      const { size, mtimeMs } = await stat(file)
      if (size === earlier.bytes && mtimeMs < known.at - TIME_TOLERANCE_MS) return earlier
    }
    return await this.storeFile(file, below)
  }
}
