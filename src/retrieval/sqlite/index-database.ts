/** Opens `index.db`, and begins a new one when it cannot be used. */
import { rm } from 'node:fs/promises'
import { Database } from '../../database/sqlite/database.ts'
import type { Logger } from '../../platform/logger.ts'
import { INDEX_VERSION } from '../full-text/index-document.ts'
import { indexMigrations } from './index-migrations.ts'

/** Files that belong to a database. */
const SUFFIXES = ['', '-wal', '-shm']

/**
 * Opens `index.db`. One that is damaged, or was written by a version that read words in another way, is removed and a
 * new one begun: everything in it comes from the messages. `latest_change` is where a new one begins to follow them,
 * once it has read them all.
 */
export const openIndexDatabase = async (path: string, latest_change: number, logger: Logger): Promise<Database> => {
  const kept = openKept(path)
  if (kept !== undefined) return kept
  await removeIndexDatabase(path)
  logger.for('memory.index').info('The full-text index is rebuilt from the messages')
  const database = new Database(path, indexMigrations)
  relax(database)
  database.run('insert into progress (one, version, change, filled_to) values (1, :version, :change, 0)', {
    version: INDEX_VERSION,
    change: latest_change,
  })
  return database
}

/** Removes `index.db`, which must not be open. */
export const removeIndexDatabase = async (path: string): Promise<void> => {
  for (const suffix of SUFFIXES) await rm(path + suffix, { force: true })
}

const openKept = (path: string): Database | undefined => {
  let database: Database | undefined
  try {
    database = new Database(path, indexMigrations)
    relax(database)
    const row = database.get<{ version: number }>('select version from progress')
    if (row?.version === INDEX_VERSION) return database
  } catch {
    // Whatever is wrong with it, it can be rebuilt.
  }
  database?.[Symbol.dispose]()
  return undefined
}

/** A commit need not reach the disk at once: what a power cut takes is read again from the change log. */
const relax = (database: Database): void => {
  database.run('pragma synchronous = normal')
}
