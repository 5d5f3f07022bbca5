/** One SQLite file with its prepared statements and transactions. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { DenidinError } from '../../platform/errors.ts'
import { fileFault } from '../../platform/file-faults.ts'
import { PRIVATE_FOLDER_MODE } from '../../platform/files.ts'
import { obstacleAt } from '../../platform/obstacles.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { DamagedDatabase, faultOf } from './database-errors.ts'
import { LogFlush } from './log-flush.ts'
import { migrate, type Migration } from './migrations.ts'

/** Milliseconds that a statement waits for a lock before it fails. */
const BUSY_TIMEOUT_MS = 5000

/** Share of free pages from which a file is rewritten without them. */
const FREE_SHARE = 0.2
/** Larger files would take too long; their free pages are used again. */
const MOST_VACUUMED_BYTES = 256 * 2 ** 20

/** The path of a database without a file. */
const IN_MEMORY = ':memory:'

export type Row = Record<string, SQLOutputValue>
export type Parameters = Record<string, SQLInputValue>

/** A row as the list of its columns. */
type ColumnList = readonly SQLOutputValue[]

/** A statement that returns its rows as lists, and the names of their columns. */
interface Prepared {
  readonly statement: StatementSync
  columns: readonly string[]
}

const LOG_SUFFIX = '-wal'
/** Pages of a write-ahead log that are written into the file at a time: some milliseconds. */
const LONG_LOG_PAGES = 600
/** Says how long the log is, and does nothing. */
const NO_CHECKPOINT = 'pragma wal_checkpoint(noop)'

/** Files that belong to a database: the database itself, its write-ahead log and the index of that. */
const FILE_SUFFIXES = ['', LOG_SUFFIX, '-shm']

/** The files of a database at `path`, whether or not they exist. */
export const databaseFiles = (path: string): readonly string[] => FILE_SUFFIXES.map(suffix => path + suffix)

/**
 * Is notified of the file's faults, and of their end. Must not use the database, because the faulty statement is still
 * running.
 */
export interface FaultListener {
  /** A statement failed because of the file or the disk below it. */
  failed(fault: DenidinError): void
  /** A transaction is on the disk. */
  written(): void
}

export interface DatabaseOptions {
  /** A second connection to a file that this process already has open: it cannot write, and runs no migration. */
  readonly reads_only?: boolean
}

/**
 * One SQLite file, opened by its only owner. Statements are prepared once and kept. A fault of the file or its disk is
 * thrown as DenidinError `damaged` or `unavailable`; all other errors are SQLite's own.
 */
export class Database implements Disposable {
  readonly path: string
  readonly #migrations: readonly Migration[]
  readonly #reads_only: boolean
  readonly #statements = new Map<string, Prepared>()
  #connection: DatabaseSync
  #log: LogFlush | undefined
  #unscrubbed = false
  #listener: FaultListener | undefined

  /**
   * Opens (or creates) the file with a write-ahead log, flushed to disk at every commit, and brings its tables up to
   * date.
   * @throws DenidinError `damaged` if the file is not a readable database; `unavailable` if it cannot be opened.
   */
  constructor(path: string, migrations: readonly Migration[], { reads_only = false }: DatabaseOptions = {}) {
    this.path = path
    this.#migrations = migrations
    this.#reads_only = reads_only
    this.#connection = this.#open()
  }

  /** From now on, `listener` is notified of faults. */
  listen(listener: FaultListener): void {
    this.#listener = listener
  }

  /**
   * Starts a new, empty file, for data that can be rebuilt. Prepared statements, and reads in batches, continue with
   * the new file.
   * @param clear moves or removes the old files, which are closed meanwhile
   */
  renew(clear: (files: readonly string[]) => void): void {
    this.#close()
    clear(databaseFiles(this.path))
    this.#connection = this.#open()
  }

  /** Reads every page. @throws DenidinError `damaged` if one is unreadable or invalid. */
  check(): void {
    const result = this.get<{ quick_check: string }>('pragma quick_check(1)')?.quick_check
    if (result === 'ok') return
    throw this.#fault(new DamagedDatabase(this.path, String(result).split('\n').at(-1) ?? ''))
  }

  /** Runs a statement that returns no rows. @returns how many rows it changed */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#guarded(() => {
      const { changes } = this.#prepare(sql).statement.run(parameters)
      if (!this.#connection.isTransaction) this.#listener?.written()
      return Number(changes)
    })
  }

  /** The first row, if any. */
  get<T extends object = Row>(sql: string, parameters: Parameters = {}): T | undefined {
    return this.#guarded(() => {
      const prepared = this.#prepare(sql)
      const list = prepared.statement.get(parameters) as ColumnList | undefined
      return list === undefined ? undefined : (rowOf(prepared, list) as T)
    })
  }

  /** All rows. */
  all<T extends object = Row>(sql: string, parameters: Parameters = {}): T[] {
    return this.#guarded(() => {
      const prepared = this.#prepare(sql)
      const lists = prepared.statement.all(parameters) as unknown as ColumnList[]
      return lists.map(list => rowOf(prepared, list) as T)
    })
  }

  /** All rows, each as the list of its columns: for very many rows, this takes less time than `all`. */
  lists<T extends ColumnList>(sql: string, parameters: Parameters = {}): T[] {
    return this.#guarded(() => this.#prepare(sql).statement.all(parameters) as unknown as T[])
  }

  /** Runs `act` in one transaction: when this returns, either all of it is on the disk, or none. */
  transaction<T>(act: () => T): T {
    this.#guarded(() => this.#connection.exec('begin immediate'))
    try {
      const result = act()
      this.#guarded(() => this.#connection.exec('commit'))
      this.#listener?.written()
      this.finishScrub()
      return result
    } catch (error) {
      // A full or failing disk has already rolled it back.
      if (this.#connection.isTransaction) this.#connection.exec('rollback')
      throw error
    }
  }

  /**
   * Like `transaction`, but does not wait for the disk: the next `transaction` writes it as well. A process crash loses
   * nothing; a power cut may lose what came after the last `transaction`. For data that is dispensable or can be
   * recreated.
   */
  unflushed<T>(act: () => T): T {
    this.#connection.exec('pragma synchronous = normal')
    try {
      return this.transaction(act)
    } finally {
      this.#connection.exec('pragma synchronous = full')
    }
  }

  /**
   * Like `transaction`, but the event loop does not wait for the disk: all of `act` has happened when this returns, and
   * is on the disk when the promise resolves. If the disk fails, what `act` wrote may remain.
   */
  async durably<T>(act: () => T): Promise<T> {
    const result = this.#written(act)
    await this.flushed()
    return result
  }

  /**
   * Like `durably`, but does not wait for the disk, which begins to write at once: a process crash loses nothing, and a
   * power cut at most what came after the last `flushed`. What is on the disk is always a beginning of all writes.
   */
  flushedSoon<T>(act: () => T): T {
    const result = this.#written(act)
    // The listener is notified of a failure, and whoever relies on the disk calls `flushed`.
    this.flushed().catch(() => undefined)
    return result
  }

  /** Like `flushedSoon`, but the disk begins to write when somebody calls `flushed`. */
  flushedLater<T>(act: () => T): T {
    return this.#written(act)
  }

  /** Resolves when the writes of `durably`, `flushedSoon` and `flushedLater` are on the disk. @throws DenidinError `unavailable` */
  async flushed(): Promise<void> {
    try {
      await this.#log?.flush()
    } catch (error) {
      throw this.#fault(fileFault(error, this.path))
    }
  }

  #written<T>(act: () => T): T {
    const result = this.unflushed(act)
    if (this.path !== IN_MEMORY) (this.#log ??= new LogFlush(this.path + LOG_SUFFIX)).written()
    return result
  }

  /** Writes a few meaningless bytes, to see whether the disk accepts them. @throws DenidinError `unavailable` */
  touch(): void {
    const version = this.get<{ user_version: number }>('pragma user_version')?.user_version ?? 0
    this.transaction(() => {
      for (const value of [version + 1, version])
        this.#guarded(() => this.#connection.exec(`pragma user_version = ${String(value)}`))
    })
  }

  /**
   * Empties the write-ahead log, which still contains deleted rows. False while another connection is reading, such as a
   * backup: then it is tried again after each transaction.
   */
  scrub(): boolean {
    // SQLite would wait for readers, and the event loop with it.
    this.#connection.exec('pragma busy_timeout = 0')
    try {
      this.#unscrubbed = this.get<{ busy: number }>('pragma wal_checkpoint(truncate)')?.busy !== 0
      return !this.#unscrubbed
    } finally {
      this.#connection.exec(`pragma busy_timeout = ${String(BUSY_TIMEOUT_MS)}`)
    }
  }

  /**
   * Writes the write-ahead log into the file if it is long, in a step of its own. Call it after each transaction of a long
   * sequence, after `leaveCheckpoints`: SQLite does the same at the end of a transaction, which then takes twice as
   * long as the others.
   */
  async checkpointIfLong(): Promise<void> {
    const { log = 0, checkpointed = 0 } = this.get<{ log: number; checkpointed: number }>(NO_CHECKPOINT) ?? {}
    if (log - checkpointed < LONG_LOG_PAGES) return
    // After the first one, what has just arrived may still wait for this turn of the event loop.
    await yieldToEventLoop()
    await yieldToEventLoop()
    if (this.#connection.isOpen) this.get('pragma wal_checkpoint(passive)')
  }

  /** From now on, `checkpointIfLong` is called; SQLite itself does it only for a log that is much longer. */
  leaveCheckpoints(): void {
    this.get(`pragma wal_autocheckpoint = ${String(8 * LONG_LOG_PAGES)}`)
  }

  /**
   * Empties the write-ahead log, updates the statistics of the query planner, and gives free pages back to the disk
   * where they are many and the file is small enough to be rewritten in a few seconds, in which nothing else runs.
   * @returns sizes of the file in bytes
   */
  optimize(): { readonly before: number; readonly after: number; readonly vacuumed: boolean } {
    const before = this.#bytes()
    const free = this.#pragma('freelist_count') / Math.max(this.#pragma('page_count'), 1)
    const vacuumed = free >= FREE_SHARE && before <= MOST_VACUUMED_BYTES
    this.#guarded(() => {
      this.#connection.exec(`pragma optimize${vacuumed ? '; vacuum' : ''}`)
    })
    this.scrub()
    return { before, after: this.#bytes(), vacuumed }
  }

  #bytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size')
  }

  #pragma(name: 'page_count' | 'page_size' | 'freelist_count'): number {
    return Number(Object.values(this.get(`pragma ${name}`) ?? {})[0] ?? 0)
  }

  /** Tries a scrub again that a reader kept from its end. */
  finishScrub(): void {
    if (this.#unscrubbed) this.scrub()
  }

  [Symbol.dispose](): void {
    this.#close()
  }

  #open(): DatabaseSync {
    if (this.path !== IN_MEMORY) requireFiles(databaseFiles(this.path))
    let connection: DatabaseSync | undefined
    try {
      if (this.#reads_only) return new DatabaseSync(this.path, { timeout: BUSY_TIMEOUT_MS, readOnly: true })
      if (this.path !== IN_MEMORY) mkdirSync(dirname(this.path), { recursive: true, mode: PRIVATE_FOLDER_MODE })
      connection = new DatabaseSync(this.path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
      // Deleted rows are overwritten, so that forgotten data cannot be read from the file.
      connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on')
      migrate(connection, this.#migrations)
      return connection
    } catch (error) {
      connection?.close()
      if (error instanceof DenidinError) throw error
      throw (
        faultOf(error, this.path) ??
        new DenidinError('damaged', `${this.path} cannot be opened: ${(error as Error).message}`, { cause: error })
      )
    }
  }

  #close(): void {
    this.#statements.clear()
    this.#log?.[Symbol.dispose]()
    this.#log = undefined
    // It is already closed if a new file could not be opened: then opening is tried again.
    if (this.#connection.isOpen) this.#connection.close()
  }

  /** Runs SQLite, and reports its faults. */
  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const fault = faultOf(error, this.path)
      throw fault === undefined ? error : this.#fault(fault)
    }
  }

  #fault(fault: DenidinError): DenidinError {
    this.#listener?.failed(fault)
    return fault
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#statements.get(sql)
    if (prepared === undefined) {
      const statement = this.#connection.prepare(sql)
      // The objects that node:sqlite makes of rows take twice the time and a third more memory than those of `rowOf`.
      statement.setReturnArrays(true)
      prepared = { statement, columns: namesOf(statement) }
      this.#statements.set(sql, prepared)
    }
    return prepared
  }
}

/** @throws DenidinError `unavailable` if one of them is something else than a file, which SQLite might wait for */
const requireFiles = (paths: readonly string[]): void => {
  for (const path of paths) {
    const obstacle = obstacleAt(path, 'file')
    if (obstacle !== undefined) throw new DenidinError('unavailable', `${path} ${obstacle}`)
  }
}

const namesOf = (statement: StatementSync): readonly string[] => statement.columns().map(({ name }) => name)

/** A row as an object with a property for each column. */
const rowOf = (prepared: Prepared, list: ColumnList): Row => {
  // When a table gets a column, SQLite prepares a `select *` again.
  if (prepared.columns.length !== list.length) prepared.columns = namesOf(prepared.statement)
  const row: Row = {}
  for (let at = 0; at < list.length; at++) row[prepared.columns[at] ?? ''] = list[at] ?? null
  return row
}
