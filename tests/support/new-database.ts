/** A new `denidin.db`, as the first start writes it: copied, because running fifty migrations takes 25 ms in each test. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { allMigrations } from '../../src/app/stores.ts'
import { migrate } from '../../src/database/sqlite/migrations.ts'
import { once } from '../../src/platform/once.ts'

const newDatabase = once((): Uint8Array => {
  using database = new DatabaseSync(':memory:')
  migrate(database, allMigrations)
  return database.serialize()
})

/** Writes an empty, migrated `denidin.db` into a data folder that does not exist yet. */
export const writeNewDatabase = (data_root: string): void => {
  mkdirSync(data_root, { recursive: true, mode: 0o700 })
  const path = join(data_root, 'denidin.db')
  writeFileSync(path, newDatabase())
  chmodSync(path, 0o600)
}
