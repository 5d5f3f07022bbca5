/** Deletes files that Chroma leaves behind when a collection is dropped. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from '../../database/sqlite/database-errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { exists, remove } from '../../platform/files.ts'

const SEGMENT_FOLDER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Removes the files of dropped collections, which the Chroma server leaves behind (22 MB each at 512 dimensions). Its
 * data lies in one folder for each segment that its own database names. A server may run on the folder: it writes the name
 * of a segment before it makes the folder.
 * @throws when Chroma's database cannot be read or has other tables than we know; nothing is removed then.
 */
export const removeOrphanSegments = async (folder: string, clock: Pick<Clock, 'sleep'>): Promise<void> => {
  const file = join(folder, 'chroma.sqlite3')
  if (!(await exists(file))) return
  // In this order: a folder that is listed has its name in the database by now.
  const entries = await readdir(folder, { withFileTypes: true })
  const used = await usedSegments(file, clock)
  for (const entry of entries) {
    if (entry.isDirectory() && SEGMENT_FOLDER.test(entry.name) && !used.has(entry.name)) {
      await remove(join(folder, entry.name))
    }
  }
}

/** The server holds its database for moments only; the event loop must not wait for it. */
const LOCKED_RETRIES = 100
const LOCKED_PAUSE_MS = 50

const usedSegments = async (file: string, clock: Pick<Clock, 'sleep'>): Promise<ReadonlySet<unknown>> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return readUsedSegments(file)
    } catch (error) {
      if (attempt === LOCKED_RETRIES || !isBusy(error)) throw error
      await clock.sleep(LOCKED_PAUSE_MS)
    }
  }
}

const readUsedSegments = (file: string): ReadonlySet<unknown> => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return new Set(
      database
        .prepare('select id from segments')
        .all()
        .map(row => row['id']),
    )
  } finally {
    database.close()
  }
}
