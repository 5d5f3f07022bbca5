/** Opens `vectors.db`, and begins a new one when it is damaged. */
import { DerivedDatabase } from '../../database/sqlite/derived-database.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { vectorMigrations } from './vector-migrations.ts'

/**
 * Opens `vectors.db`. A damaged one is set aside and a new one begun: everything is then embedded again.
 * @param checks whether it is read whole first
 * @throws DenidinError `damaged` when the file is from a newer DeniDin, `unavailable` when the disk refuses it.
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
