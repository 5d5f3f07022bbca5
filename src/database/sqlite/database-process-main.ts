/** The process of `database-process.ts`: does one piece of work on a database file, and prints its error, if any. */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PRIVATE_FILE_MODE } from '../../platform/files.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { errorToRecord } from '../../platform/error-record.ts'
import { Database } from './database.ts'
import { DamagedDatabase, faultOf } from './database-errors.ts'
import type { DatabaseWork } from './database-process.ts'

const work = JSON.parse(process.argv[2] ?? '') as DatabaseWork

const check = ({ path }: DatabaseWork): void => {
  using database = new Database(path, [], { reads_only: true })
  database.check()
}

const copy = (path: string, { to, then }: NonNullable<DatabaseWork['copy']>): void => {
  try {
    using database = new Database(path, [], { reads_only: true })
    database.run('vacuum into :to', { to })
  } catch (error) {
    // What cannot be written is the copy.
    const isOfCopy = error instanceof DenidinError && !(error instanceof DamagedDatabase)
    throw (isOfCopy ? faultOf(error.cause, to) : undefined) ?? error
  }
  chmodSync(to, PRIVATE_FILE_MODE)
  const copied = new DatabaseSync(to, { enableForeignKeyConstraints: true })
  try {
    // An incomplete copy is removed, so it needs no journal, which would keep what the statements delete.
    copied.exec('pragma journal_mode = memory; pragma secure_delete = on')
    for (const sql of then) copied.exec(sql)
  } catch (error) {
    throw faultOf(error, to) ?? error
  } finally {
    copied.close()
  }
}

try {
  if (work.copy === undefined) check(work)
  else copy(work.path, work.copy)
} catch (error) {
  process.stdout.write(JSON.stringify(errorToRecord(asDenidinError(error))))
  process.exitCode = 1
}
