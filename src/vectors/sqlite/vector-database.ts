/** Opens `vectors.db`, and begins a new one when it is damaged. */
import { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { exists, setAside } from '../../platform/files.ts'
import type { Logger } from '../../platform/logger.ts'
import { vectorMigrations } from './vector-migrations.ts'

/** SQLite result codes (low byte): the file is malformed, or no database at all. */
const DAMAGE = new Set([11, 26])

/** Files that belong to a database. */
const SUFFIXES = ['', '-wal', '-shm']

/**
 * Opens `vectors.db`. A damaged one is set aside and a new one begun: every memory is then embedded again.
 * @throws DenidinError `damaged` when the file is from a newer DeniDin or cannot be opened for another reason.
 */
export const openVectorDatabase = async (path: string, clock: Clock, logger: Logger): Promise<Database> => {
  try {
    return new Database(path, vectorMigrations)
  } catch (error) {
    if (!isDamage(error)) throw error
    logger.error('The vector store is damaged and is set aside; every memory will be embedded again', { path })
    const at = clock.now()
    for (const suffix of SUFFIXES) if (await exists(path + suffix)) await setAside(path + suffix, at)
    return new Database(path, vectorMigrations)
  }
}

const isDamage = (error: unknown): boolean => {
  const { cause } = error as { cause?: { errcode?: unknown } }
  return typeof cause?.errcode === 'number' && DAMAGE.has(cause.errcode & 0xff)
}
