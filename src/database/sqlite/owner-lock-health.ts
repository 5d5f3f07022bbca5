/** Health of the ownership of a data folder: whether the lock and the socket are where other processes look for them. */
import { existsSync, statSync } from 'node:fs'
import type { Health, HealthCheck } from '../../platform/health.ts'
import { takeOwnership } from './owner-lock.ts'

export interface OwnerLockFiles {
  readonly data_root: string
  readonly lock: string
  readonly socket: string
  /** A file that every data folder in use has. */
  readonly database: string
}

/**
 * Create it while the lock is held. A lock that was removed with its folder protects nothing: a second process could
 * open the data. It is then taken again at once.
 */
export class OwnerLockHealth implements HealthCheck, Disposable {
  readonly name = 'data folder'
  readonly #files: OwnerLockFiles
  /** The lock file that is held, by its inode. */
  #held: number | undefined
  readonly #again = new DisposableStack()
  #database: number | undefined

  constructor(files: OwnerLockFiles) {
    this.#files = files
    this.#held = inodeOf(files.lock)
  }

  async health(): Promise<Health> {
    const { data_root, lock, socket, database } = this.#files
    const found = inodeOf(database)
    this.#database ??= found
    if (found === undefined || found !== this.#database) {
      const detail = `${data_root} was moved, removed or replaced while DeniDin runs: what is said now may be lost. Stop DeniDin, put the folder back, and start it again.`
      return { state: 'down', detail }
    }
    if (inodeOf(lock) !== this.#held) {
      // Another process that took it meanwhile makes this throw, and the examination reports that.
      this.#again.use(takeOwnership(lock))
      this.#held = inodeOf(lock)
    }
    if (!existsSync(socket)) {
      const detail = `${socket} was removed while DeniDin runs: it goes on, but no command reaches it. Restart it.`
      return { state: 'degraded', detail }
    }
    return { state: 'ok', detail: `${data_root} belongs to this DeniDin alone.` }
  }

  [Symbol.dispose](): void {
    this.#again.dispose()
  }
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino
