/** The schemas that this DeniDin knows: a backup of a newer one is refused. */
import { archiveMigrations } from '../../archive/sqlite/archive-migrations.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import { erasureMigrations } from '../../messages/sqlite/sqlite-erasures.ts'
import { vectorMigrations } from '../../vectors/sqlite/vector-migrations.ts'
import { allMigrations } from '../stores.ts'

const idsOf = (migrations: readonly Migration[]): ReadonlySet<string> => new Set(migrations.map(({ id }) => id))

/** By the name of the database, as in `backupSources`. */
export const KNOWN_MIGRATIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['database', idsOf(allMigrations)],
  ['vectors', idsOf(vectorMigrations)],
  ['archive', idsOf(archiveMigrations)],
  ['erasures', idsOf(erasureMigrations)],
])
