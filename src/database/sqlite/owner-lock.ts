/** The lock that lets only one process use a data folder. */
import { mkdirSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DenidinError } from '../../platform/errors.ts'
import { PRIVATE_FOLDER_MODE } from '../../platform/files.ts'
import { obstacleAt } from '../../platform/obstacles.ts'
import { isBusy, isNoDatabase } from './database-errors.ts'

/**
 * Takes sole ownership of a data folder: an exclusive transaction on `run/owner.lock`, held until disposed of. The
 * system frees it when the process dies, even by kill -9, so there is no stale lock to clear.
 * @throws DenidinError `already_running` if another process holds it; `invalid_config` if nothing can be written there;
 *   `damaged` if something else is at the path of the lock.
 */
export const takeOwnership = (lockFile: string): Disposable => {
  const connection = lock(lockFile, true)
  return {
    [Symbol.dispose]: () => {
      connection.close()
    },
  }
}

/** Whether any process currently owns the data folder. @throws DenidinError as `takeOwnership` does otherwise */
export const isOwned = (lockFile: string): boolean => {
  try {
    takeOwnership(lockFile)[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof DenidinError && error.code === 'already_running') return true
    throw error
  }
}

/** @param mends whether foreign content is removed from the lock file */
const lock = (lockFile: string, mends: boolean): DatabaseSync => {
  const connection = open(lockFile)
  try {
    // A rollback journal would write a file beside the lock; nothing is ever written here.
    connection.exec('pragma locking_mode = exclusive; begin exclusive')
    return connection
  } catch (error) {
    connection.close()
    if (isBusy(error)) {
      throw new DenidinError('already_running', `another DeniDin is using ${dirname(dirname(lockFile))}`, {
        cause: error,
      })
    }
    if (!isNoDatabase(error) || !mends) throw brokenLock(lockFile, error)
  }
  // SQLite looks for other holders before it reads the file, so no one holds this one. It is emptied rather than
  // replaced, so that two simultaneous starts still use the same file.
  truncateSync(lockFile)
  return lock(lockFile, false)
}

const open = (lockFile: string): DatabaseSync => {
  const folder = dirname(lockFile)
  const obstacle = obstacleAt(folder, 'folder')
  if (obstacle !== undefined) {
    const data_root = dirname(folder)
    throw new DenidinError('invalid_config', `data_root: ${data_root} cannot be used: ${folder} ${obstacle}`)
  }
  if (obstacleAt(lockFile, 'file') !== undefined) throw brokenLock(lockFile)
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
    return new DatabaseSync(lockFile, { timeout: 0 })
  } catch (error) {
    throw brokenLock(lockFile, error)
  }
}

const brokenLock = (lockFile: string, error?: unknown): DenidinError => {
  const reason =
    obstacleAt(lockFile, 'file') ?? `cannot be locked (${error instanceof Error ? error.message : String(error)})`
  return new DenidinError(
    'damaged',
    `${lockFile} ${reason}. It only keeps two DeniDin from using one data folder and holds no data: move it away and start again.`,
    { cause: error },
  )
}
