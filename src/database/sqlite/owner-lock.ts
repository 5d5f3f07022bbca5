/** The lock that lets only one process use a data folder. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DenidinError } from '../../platform/errors.ts'
import { PRIVATE_FOLDER_MODE } from '../../platform/files.ts'

/**
 * Takes sole ownership of a data folder: an exclusive transaction on `run/owner.lock`, held until disposed of. The
 * system frees it when the process dies, even by kill -9, so there is no stale lock to clear.
 * @throws DenidinError `already_running` when another process holds it; `invalid_config` when nothing can be written there.
 */
export const takeOwnership = (lockFile: string): Disposable => {
  const connection = openLock(lockFile)
  try {
    // A rollback journal would write a file beside the lock; nothing is ever written here.
    connection.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    connection.close()
    throw new DenidinError('already_running', `another DeniDin is using ${dirname(dirname(lockFile))}`, {
      cause: error,
    })
  }
  return {
    [Symbol.dispose]: () => {
      connection.close()
    },
  }
}

const openLock = (lockFile: string): DatabaseSync => {
  try {
    mkdirSync(dirname(lockFile), { recursive: true, mode: PRIVATE_FOLDER_MODE })
    return new DatabaseSync(lockFile, { timeout: 0 })
  } catch (error) {
    const data_root = dirname(dirname(lockFile))
    throw new DenidinError('invalid_config', `data_root: ${data_root} cannot be used: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Whether any process owns the data folder at this moment. */
export const isOwned = (lockFile: string): boolean => {
  try {
    takeOwnership(lockFile)[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof DenidinError && error.code === 'already_running') return true
    throw error
  }
}
