/** Brings the tables of a database file up to date, one numbered step after the other. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { DenidinError } from '../../platform/errors.ts'
import { faultOf } from './database-errors.ts'

/** One step in the history of the tables. Never changed once it has been released; the next step repairs it. */
export interface Migration {
  /** Unique and stable, feature first: `messages-001`. */
  readonly id: string
  readonly sql: string
  /** Functions that the SQL calls by these names, for rules that SQL cannot express. */
  readonly functions?: Readonly<Record<string, (value: SQLOutputValue) => SQLInputValue>>
}

/**
 * Runs the steps that have not run yet, in the given order: each in one transaction, or all of them in one if the file
 * is new, where waiting for the disk after each step would protect nothing.
 * @throws DenidinError `damaged` if a step fails (it leaves nothing behind), or if the file is from a newer DeniDin.
 */
export const migrate = (connection: DatabaseSync, migrations: readonly Migration[]): void => {
  const path = connection.location() ?? 'the database'
  connection.exec('create table if not exists migrations (id text primary key, ran_at integer not null) strict')
  const ran = new Set(
    connection
      .prepare('select id from migrations')
      .all()
      .map(row => row['id']),
  )
  const known = new Set<unknown>(migrations.map(each => each.id))
  const unknown = [...ran].filter(id => !known.has(id))
  if (unknown.length > 0) {
    throw new DenidinError(
      'damaged',
      `${path} was written by a newer DeniDin (it holds ${unknown.join(', ')}); start that version, or restore a backup`,
    )
  }
  const left = migrations.filter(each => !ran.has(each.id))
  if (ran.size === 0 && left.length > 0) runTogether(connection, left, path)
  else for (const migration of left) runTogether(connection, [migration], path)
}

/** Runs steps in one transaction. */
const runTogether = (connection: DatabaseSync, migrations: readonly Migration[], path: string): void => {
  connection.exec('begin immediate')
  let running = ''
  try {
    for (const migration of migrations) {
      running = migration.id
      run(connection, migration)
    }
    connection.exec('commit')
  } catch (error) {
    if (connection.isTransaction) connection.exec('rollback')
    // A fault of the file or its disk is not an error of the step.
    throw (
      faultOf(error, path) ??
      new DenidinError('damaged', `migration ${running} failed: ${(error as Error).message}`, { cause: error })
    )
  }
}

const run = (connection: DatabaseSync, migration: Migration): void => {
  for (const [name, act] of Object.entries(migration.functions ?? {})) {
    connection.function(name, { deterministic: true }, act)
  }
  connection.exec(migration.sql)
  connection
    .prepare("insert into migrations (id, ran_at) values (?, cast(unixepoch('subsec') * 1000 as integer))")
    .run(migration.id)
}
