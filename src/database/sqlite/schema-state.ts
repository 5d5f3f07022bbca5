/** Reads which migrations a database has been through, without changing it. */
import { DatabaseSync } from 'node:sqlite'
import { isFile } from '../../platform/obstacles.ts'

/** Ids of the migrations that were applied, sorted; empty without a table of them. */
export const migrationsIn = (connection: DatabaseSync): readonly string[] => {
  const has_table = connection.prepare("select 1 from sqlite_schema where name = 'migrations'").get() !== undefined
  if (!has_table) return []
  return connection
    .prepare('select id from migrations order by id')
    .all()
    .map(({ id }) => String(id))
}

/** The same of a file; `undefined` if it is missing, has no tables, or cannot be read. */
export const schemaIn = (path: string): readonly string[] | undefined => {
  if (!isFile(path)) return undefined
  try {
    using connection = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    const migrations = migrationsIn(connection)
    return migrations.length === 0 ? undefined : migrations
  } catch {
    return undefined
  }
}
