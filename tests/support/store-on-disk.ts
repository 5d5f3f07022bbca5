import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import type { Migration } from '../../src/database/sqlite/migrations.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A store over a file, which outlives the process that wrote it. */
export interface StoreOnDisk<T> extends AsyncDisposable {
  readonly store: T
  /** Closes the file and opens it again: from here on, `store` is another one. */
  restart(): void
}

/** A store in SQLite, in a folder of its own that is gone when it is disposed of. */
export const sqliteOnDisk = async <T>(
  migrations: readonly Migration[],
  make: (database: Database) => T,
): Promise<StoreOnDisk<T>> => {
  const folder = await temporaryFolder()
  const open = (): Database => new Database(join(folder.path, 'store.db'), migrations)
  let database = open()
  let store = make(database)
  return {
    get store() {
      return store
    },
    restart: () => {
      database[Symbol.dispose]()
      database = open()
      store = make(database)
    },
    [Symbol.asyncDispose]: async () => {
      database[Symbol.dispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
