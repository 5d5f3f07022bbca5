/**
 * A database of derived data, such as an index. If it cannot be used, at the start or while DeniDin runs, it is set
 * aside and recreated, because everything in it can be rebuilt.
 */
import { lstatSync, renameSync, rmSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import type { DenidinError } from '../../platform/errors.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { asidePath } from '../../platform/files.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'
import { DamagedDatabase } from './database-errors.ts'
import { Database, databaseFiles, type FaultListener } from './database.ts'
import type { Migration } from './migrations.ts'

/**
 * Larger files are not checked as a whole at the start, which takes about 0.7 ms per MB; damage in them is found when
 * it is encountered.
 */
const MOST_CHECKED_BYTES = 512 * 2 ** 20
/** Pause before another attempt to start a new file, if the disk refused it. */
const RETRY_AFTER_MS = MINUTE_MS

export interface DerivedDatabaseDeps {
  readonly path: string
  /** Name of the component, as in `denidin status`. */
  readonly name: string
  readonly migrations: readonly Migration[]
  /** The source of its content, as the end of the sentence "It is rebuilt …". */
  readonly rebuilt: string
  /** Whether a readable file contains what this version needs; if not, it is removed. */
  readonly accepts?: (database: Database) => boolean
  /** Runs after each opening, and first of all in a new file. */
  readonly prepare?: (database: Database, isNew: boolean) => void
  /** Whether an existing file is checked as a whole before it is used; on by default. */
  readonly checks?: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** The database of a derived store; remembers what happened to a damaged one. */
export class DerivedDatabase implements HealthCheck, FaultListener, Disposable {
  readonly name: string
  readonly database: Database
  readonly #deps: DerivedDatabaseDeps
  readonly #logger: Logger
  readonly #listeners: (() => void)[] = []
  #notice: Health | undefined
  #retry: Disposable | undefined
  #renewing = false
  #closed = false

  /** @throws DenidinError `damaged` if the file is from a newer DeniDin, `unavailable` if the disk refuses it. */
  constructor(deps: DerivedDatabaseDeps) {
    this.#deps = deps
    this.name = deps.name
    this.#logger = deps.logger.for('database')
    this.database = this.#open()
    this.database.listen(this)
  }

  /** `listener` is called when a new, empty file is started while DeniDin runs. */
  onRenewed(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Starts a new file although the current one is readable, because it no longer matches the data.
   * @throws DenidinError if no new file can be started, as on a full disk: then the current one stays in use
   */
  startOver(reason: Health): void {
    const moved: string[] = []
    try {
      this.database.renew(files => {
        for (const file of files.filter(each => !isMissing(each))) {
          renameSync(file, removedPath(file))
          moved.push(file)
        }
      })
      this.#deps.prepare?.(this.database, true)
    } catch (error) {
      this.#putBack(moved)
      throw error
    }
    this.#removeSoon(moved)
    this.#notice = reason
    for (const listener of this.#listeners) listener()
  }

  /** Uses the former files again, whose content is still known; if even that fails, it is tried again. */
  #putBack(moved: readonly string[]): void {
    if (this.#closed) return
    const { path, prepare, clock } = this.#deps
    const before = this.#notice
    try {
      this.database.renew(files => {
        if (moved.length > 0) removeAll(files)
        for (const file of moved) renameSync(removedPath(file), file)
      })
      prepare?.(this.database, false)
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#notice = { state: 'down', detail: `${path} cannot be opened: ${reason}. It is tried again.` }
      this.#retry = clock.after(RETRY_AFTER_MS, () => {
        this.#notice = before
        this.#putBack([])
      })
    }
  }

  /** Removing a large file takes long, so that is done outside of the event loop; until then, it has another name. */
  #removeSoon(files: readonly string[]): void {
    for (const removed of files.map(removedPath)) {
      rm(removed, { force: true }).catch((error: unknown) => {
        this.#logger.error('A file cannot be removed', { path: removed, reason: asDenidinError(error).message })
      })
    }
  }

  failed(fault: DenidinError): void {
    if (!(fault instanceof DamagedDatabase) || this.#renewing || this.#closed) return
    this.#renewing = true
    // The faulty statement is still running.
    setImmediate(() => {
      this.#renew(fault)
    })
  }

  written(): void {
    // A successful write elsewhere in the file does not repair the damage.
  }

  async health(): Promise<Health> {
    return this.#notice ?? { state: 'ok', detail: `${this.#deps.path} can be read and written.` }
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#retry?.[Symbol.dispose]()
    this.database[Symbol.dispose]()
  }

  #open(): Database {
    const { path, accepts } = this.#deps
    // After a crash in the middle of a removal.
    removeAll(databaseFiles(path).map(removedPath))
    const foreign = databaseFiles(path).find(file => !isFileOrMissing(file))
    if (foreign !== undefined) this.#setAside(`${foreign} is not a file`, databaseFiles(path))
    const kept = isMissing(path) ? undefined : this.#openExisting()
    if (kept !== undefined && accepts?.(kept) !== false) return kept
    if (kept !== undefined) {
      kept[Symbol.dispose]()
      removeAll(databaseFiles(path))
      this.#logger.info('A database of another version is rebuilt', { path })
    }
    return this.#begin()
  }

  #openExisting(): Database | undefined {
    const { path, migrations, prepare, checks = true } = this.#deps
    let database: Database | undefined
    try {
      database = new Database(path, migrations)
      if (checks && statSync(path).size <= MOST_CHECKED_BYTES) database.check()
      prepare?.(database, false)
      return database
    } catch (error) {
      database?.[Symbol.dispose]()
      if (!(error instanceof DamagedDatabase)) throw error
      this.#setAside(error.message, databaseFiles(path))
      return undefined
    }
  }

  #begin(): Database {
    const { path, migrations, prepare } = this.#deps
    const database = new Database(path, migrations)
    prepare?.(database, true)
    return database
  }

  #renew(fault: DenidinError): void {
    if (this.#closed) return
    const { path, prepare, clock } = this.#deps
    try {
      this.database.renew(files => {
        this.#setAside(fault.message, files)
      })
      prepare?.(this.database, true)
      this.#renewing = false
      for (const listener of this.#listeners) listener()
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#notice = {
        state: 'down',
        detail: `${path} is damaged, and no new one can be begun: ${reason}. It is tried again.`,
      }
      this.#logger.error('A damaged database cannot be recreated', { path, reason })
      this.#retry = clock.after(RETRY_AFTER_MS, () => {
        this.#renew(fault)
      })
    }
  }

  #setAside(reason: string, files: readonly string[]): void {
    const { path, rebuilt, clock } = this.#deps
    const at = clock.now()
    for (const file of files) if (!isMissing(file)) renameSync(file, asidePath(file, at))
    const aside = asidePath(path, at)
    this.#notice = {
      state: 'ok',
      detail: `${reason}. It was set aside as ${aside}, which you may delete, and is rebuilt ${rebuilt}.`,
    }
    this.#logger.error('A damaged database is set aside and rebuilt', { path, reason, aside })
  }
}

const removedPath = (file: string): string => `${file}.removed`

const removeAll = (files: readonly string[]): void => {
  for (const file of files) rmSync(file, { force: true })
}

const isMissing = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) === undefined

/** A link counts as its target; a link without a target is not a file. */
const isFileOrMissing = (path: string): boolean => {
  if (isMissing(path)) return true
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
