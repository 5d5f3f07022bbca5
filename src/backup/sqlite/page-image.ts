/** Reads the pages of databases as of one point in time, without copying them, while the bot writes to them. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { DenidinError } from '../../platform/errors.ts'
import { Snapshot } from './snapshots.ts'
import { readWal, WAL_HEADER_BYTES, type WalPages } from './wal-pages.ts'

/** A larger write-ahead log is not read into memory. */
const MOST_WAL_BYTES = 128 * 2 ** 20
/** How often a log is read again that was begun again meanwhile. */
const MOST_READS = 20

/**
 * Database files that stay open for reading. SQLite's locks on a file belong to the process, and the system releases
 * them as soon as the process closes any handle of that file: so these are closed only when the bot ends.
 */
export class DatabaseFiles implements Disposable {
  readonly #open = new Map<string, number>()
  readonly #replaced: number[] = []

  /** The handle of a file. @throws the system's error if it cannot be opened */
  handleOf(path: string): number {
    const known = this.#open.get(path)
    if (known !== undefined && fstatSync(known).ino === statSync(path).ino) return known
    if (known !== undefined) this.#replaced.push(known)
    const handle = openSync(path, 'r')
    this.#open.set(path, handle)
    return handle
  }

  [Symbol.dispose](): void {
    for (const handle of [...this.#open.values(), ...this.#replaced]) closeSync(handle)
    this.#open.clear()
  }
}

/** The write-ahead log of a database is too large for reading its pages in place. */
export class TooLargeLog extends DenidinError {
  constructor(path: string) {
    super('unavailable', `the write-ahead log of ${path} is too large for a restore point`, { retryable: true })
  }
}

/**
 * The pages of a database at one point in time. A read transaction keeps a checkpoint from writing newer pages into the
 * file, and from beginning the log again where that would change what is read: a page is as the newest frame of the log
 * has it, or else as the file has it.
 */
export class PageImage implements Disposable {
  readonly path: string
  readonly page_bytes: number
  /** Size of the database. */
  readonly bytes: number
  readonly #snapshot: Snapshot
  readonly #handle: number
  readonly #wal: WalPages

  private constructor(snapshot: Snapshot, handle: number, wal: WalPages) {
    this.path = snapshot.path
    this.page_bytes = snapshot.page_bytes
    this.bytes = wal.page_count === undefined ? snapshot.bytes : wal.page_count * snapshot.page_bytes
    this.#snapshot = snapshot
    this.#handle = handle
    this.#wal = wal
  }

  /**
   * Takes images of several databases almost at the same time, in this order.
   * @throws TooLargeLog; DenidinError `damaged`, `unavailable`
   */
  static take(files: readonly { readonly path: string; readonly handle: number }[]): readonly PageImage[] {
    const snapshots = Snapshot.take(files.map(({ path }) => path))
    try {
      return snapshots.map((snapshot, at) => new PageImage(snapshot, files[at]?.handle ?? -1, walOf(snapshot)))
    } catch (error) {
      for (const snapshot of snapshots) snapshot[Symbol.dispose]()
      throw error
    }
  }

  /** Ids of the migrations that were applied. */
  get migrations(): readonly string[] {
    return this.#snapshot.migrations
  }

  /** The bytes from `offset` on, a multiple of the page size; less than `length` at the end of the database. */
  read(offset: number, length: number): Buffer {
    const content = Buffer.alloc(Math.min(length, this.bytes - offset))
    for (let at = 0; at < content.length;) {
      const read = readSync(this.#handle, content, at, content.length - at, offset + at)
      // The last pages may be in the log alone.
      if (read === 0) break
      at += read
    }
    const first = offset / this.page_bytes + 1
    for (let page = 0; page * this.page_bytes < content.length; page++) {
      this.#wal.pages.get(first + page)?.copy(content, page * this.page_bytes)
    }
    return content
  }

  [Symbol.dispose](): void {
    this.#snapshot[Symbol.dispose]()
  }
}

const walOf = ({ path, page_bytes }: Snapshot): WalPages => {
  for (let attempt = 0; attempt < MOST_READS; attempt++) {
    const log = contentOf(`${path}-wal`)
    if (log.length > MOST_WAL_BYTES) throw new TooLargeLog(path)
    const wal = readWal(log, page_bytes)
    // A log that was begun again while it was read has another header.
    if (contentOf(`${path}-wal`, WAL_HEADER_BYTES).equals(log.subarray(0, WAL_HEADER_BYTES))) return wal
  }
  throw new TooLargeLog(path)
}

/** The beginning of a file; empty if it is missing. */
const contentOf = (path: string, most = MOST_WAL_BYTES + 1): Buffer => {
  try {
    if (most > MOST_WAL_BYTES && statSync(path).size <= most) return readFileSync(path)
    const handle = openSync(path, 'r')
    try {
      const content = Buffer.alloc(most)
      return content.subarray(0, readSync(handle, content, 0, most, 0))
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
