/** Opens `archive.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import { openTruthDatabase } from '../../database/sqlite/truth-database.ts'
import { archiveMigrations } from './archive-migrations.ts'

/** KiB of pages kept in memory while the archive is open: identities are looked up all over their index. */
const CACHE_KIB = 64 * 1024

/** @throws DenidinError `damaged` with advice for the operator, or `unavailable` */
export const openArchive = (path: string): Database => {
  const database = openTruthDatabase(path, archiveMigrations)
  database.get(`pragma cache_size = -${String(CACHE_KIB)}`)
  database.leaveCheckpoints()
  return database
}
