/** Checks a database file as a whole, without changing it: it may belong to another process. */
import { lstatSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { obstacleAt } from '../../platform/obstacles.ts'
import { faultOf } from './database-errors.ts'

/** Milliseconds that the check waits for a lock. */
const BUSY_TIMEOUT_MS = 2000

/**
 * Why a database file cannot be relied on, in words; `undefined` if it is whole, or missing. Reads the whole file:
 * about 0.7 ms per MB.
 */
export const damageOf = (path: string): string | undefined => {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  const obstacle = obstacleAt(path, 'file')
  if (obstacle !== undefined) return `${path} ${obstacle}`
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    const found = connection.prepare('pragma quick_check(1)').get() as { readonly quick_check: string } | undefined
    return found?.quick_check === 'ok' ? undefined : `${path} is damaged (${found?.quick_check ?? 'no answer'})`
  } catch (error) {
    const fault = faultOf(error, path)
    return fault?.message ?? `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`
  } finally {
    connection?.close()
  }
}
