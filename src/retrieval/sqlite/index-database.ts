/** Opens `index.db`, and starts a new one if it cannot be used. */
import { databaseFiles, type Database } from '../../database/sqlite/database.ts'
import { DerivedDatabase } from '../../database/sqlite/derived-database.ts'
import type { Clock } from '../../platform/clock.ts'
import { remove } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'
import { INDEX_VERSION } from '../full-text/index-document.ts'
import { indexMigrations } from './index-migrations.ts'

export interface IndexDatabaseDeps {
  readonly path: string
  /** From which change a new index follows the messages, after it has read them all. */
  readonly latest_change: number
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Opens `index.db`. A damaged file is set aside, a file of a version that read words differently is removed, and a new
 * one is started: all its content is derived from the messages.
 */
export const openIndexDatabase = ({ path, latest_change, clock, logger }: IndexDatabaseDeps): DerivedDatabase =>
  new DerivedDatabase({
    path,
    name: 'full-text index',
    migrations: indexMigrations,
    rebuilt: 'from the messages',
    accepts: database => database.get<{ version: number }>('select version from progress')?.version === INDEX_VERSION,
    prepare: (database, isNew) => {
      relax(database)
      if (!isNew) return
      logger.for('memory.index').info('The full-text index is rebuilt from the messages')
      database.run('insert into progress (one, version, change, filled_to) values (1, :version, :change, 0)', {
        version: INDEX_VERSION,
        change: latest_change,
      })
    },
    clock,
    logger,
  })

/** Removes `index.db`, which must not be open. */
export const removeIndexDatabase = async (path: string): Promise<void> => {
  for (const file of databaseFiles(path)) await remove(file)
}

/** A commit need not reach the disk immediately: changes that a power cut loses are read again from the change log. */
const relax = (database: Database): void => {
  database.run('pragma synchronous = normal')
}
