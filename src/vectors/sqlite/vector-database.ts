/** Opens `vectors.db`, and starts a new one if it is damaged. */
import { DerivedDatabase } from '../../database/sqlite/derived-database.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { vectorMigrations } from './vector-migrations.ts'

/**
 * Opens `vectors.db`. A damaged file is set aside and a new one started: everything is then embedded again.
 * @param checks whether the whole file is checked first
 * @throws DenidinError `damaged` if the file is from a newer DeniDin, `unavailable` if the disk refuses it.
 */
export const openVectorDatabase = (path: string, clock: Clock, logger: Logger, checks = true): DerivedDatabase =>
  new DerivedDatabase({
    path,
    name: 'vector store',
    migrations: vectorMigrations,
    rebuilt: 'with new calls to the embedding model',
    checks,
    clock,
    logger,
  })
