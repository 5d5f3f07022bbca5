/** One SQLite file with its prepared statements and transactions. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { DenidinError } from '../../platform/errors.ts'
import { PRIVATE_FOLDER_MODE } from '../../platform/files.ts'
import { migrate, type Migration } from './migrations.ts'

/** Milliseconds that a statement waits for a lock before it fails. */
const BUSY_TIMEOUT_MS = 5000

export type Row = Record<string, SQLOutputValue>
export type Parameters = Record<string, SQLInputValue>

/** One SQLite file, opened by its only owner. Statements are prepared once and kept. */
export class Database implements Disposable {
  readonly path: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens (or makes) the file with a write-ahead log, flushed to disk at every commit, and brings its tables up to date.
   * @throws DenidinError `damaged` when the file is no readable database.
   */
  constructor(path: string, migrations: readonly Migration[]) {
    this.path = path
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER_MODE })
    try {
      this.#connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
      // Deleted rows are overwritten, so that nothing forgotten can be read from the file.
      this.#connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on')
    } catch (error) {
      throw new DenidinError('damaged', `the database ${path} cannot be opened: ${(error as Error).message}`, {
        cause: error,
      })
    }
    migrate(this.#connection, migrations)
  }

  /** Runs a statement that returns no rows. @returns how many rows it changed */
  run(sql: string, parameters: Parameters = {}): number {
    return Number(this.#prepare(sql).run(parameters).changes)
  }

  /** The first row, if any. */
  get<T extends object = Row>(sql: string, parameters: Parameters = {}): T | undefined {
    return this.#prepare(sql).get(parameters) as T | undefined
  }

  /** All rows. */
  all<T extends object = Row>(sql: string, parameters: Parameters = {}): T[] {
    return this.#prepare(sql).all(parameters) as unknown as T[]
  }

  /** Runs `act` in one transaction: all of it is on the disk when this returns, or none of it. */
  transaction<T>(act: () => T): T {
    this.#connection.exec('begin immediate')
    try {
      const result = act()
      this.#connection.exec('commit')
      return result
    } catch (error) {
      // A full disk or a failing one has rolled it back already.
      if (this.#connection.isTransaction) this.#connection.exec('rollback')
      throw error
    }
  }

  /**
   * Like `transaction`, without waiting for the disk: the next `transaction` takes it along. A crash of the process loses
   * nothing; a power cut may take what came after the last `transaction`. For what can be done without or is done again.
   */
  unflushed<T>(act: () => T): T {
    this.#connection.exec('pragma synchronous = normal')
    try {
      return this.transaction(act)
    } finally {
      this.#connection.exec('pragma synchronous = full')
    }
  }

  /** Empties the write-ahead log, which still contains rows that were deleted. False while another connection reads. */
  scrub(): boolean {
    return this.#connection.prepare('pragma wal_checkpoint(truncate)').get()?.['busy'] === 0
  }

  [Symbol.dispose](): void {
    this.#statements.clear()
    this.#connection.close()
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#connection.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
