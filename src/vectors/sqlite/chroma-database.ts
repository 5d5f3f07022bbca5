/** Reads the database of a Chroma server that may be running on it. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from '../../database/sqlite/database-errors.ts'
import type { Parameters, Row } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { isFile } from '../../platform/obstacles.ts'

/** The server locks its database only briefly; the event loop must not wait for it. */
const LOCKED_RETRIES = 100
const LOCKED_PAUSE_MS = 50

/** The path of the database in the folder of a Chroma server. */
export const chromaDatabase = (folder: string): string => join(folder, 'chroma.sqlite3')

/**
 * All rows of one query.
 * @throws when the database cannot be read or has other tables than we know
 */
export const readChroma = async (
  folder: string,
  clock: Pick<Clock, 'sleep'>,
  sql: string,
  parameters: Parameters = {},
): Promise<readonly Row[]> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return readOnce(chromaDatabase(folder), sql, parameters)
    } catch (error) {
      if (attempt === LOCKED_RETRIES || !isBusy(error)) throw error
      await clock.sleep(LOCKED_PAUSE_MS)
    }
  }
}

const readOnce = (file: string, sql: string, parameters: Parameters): readonly Row[] => {
  if (!isFile(file)) throw new Error(`${file} is not a file`)
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare(sql).all(parameters)
  } finally {
    database.close()
  }
}
