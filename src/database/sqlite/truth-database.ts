/** Opens a database that cannot be rebuilt: checks it as a whole first, and reports its faults while it is in use. */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import { DamagedDatabase } from './database-errors.ts'
import { Database, type FaultListener } from './database.ts'
import type { Migration } from './migrations.ts'

/**
 * Larger files are not checked as a whole at the start, which takes about 0.7 ms per MB; damage in them is found when
 * it is encountered.
 */
const MOST_CHECKED_BYTES = 512 * 2 ** 20

/**
 * With less free space than this, a full disk is not tried again: a few bytes might be written where no message can.
 */
const LEAST_ROOM_BYTES = 2 ** 20

const REMEDY =
  'Stop DeniDin and put back a backup of this file with `denidin backup restore` (without one, `sqlite3 <file> .recover` saves what can be read)'

/**
 * Opens a database whose content exists nowhere else.
 * @throws DenidinError `damaged`, with what to do, if it cannot be read or is from a newer DeniDin; `unavailable` if
 *   the disk refuses it.
 */
export const openTruthDatabase = (path: string, migrations: readonly Migration[]): Database => {
  let database: Database | undefined
  try {
    database = new Database(path, migrations)
    if (statSync(path).size <= MOST_CHECKED_BYTES) database.check()
    return database
  } catch (error) {
    database?.[Symbol.dispose]()
    if (!(error instanceof DamagedDatabase)) throw error
    throw new DenidinError('damaged', `${error.message}. ${REMEDY}.`, { cause: error })
  }
}

/** The health of a database, from the faults of its statements. */
export class DatabaseHealth implements HealthCheck, FaultListener {
  readonly name: string
  readonly #database: Database
  readonly #when_mended: string
  #fault: DenidinError | undefined

  /** @param when_mended what works again when a fault of the disk is over, as a sentence without a full stop */
  constructor(name: string, database: Database, when_mended: string) {
    this.name = name
    this.#when_mended = when_mended
    this.#database = database
    database.listen(this)
  }

  failed(fault: DenidinError): void {
    // Damage takes precedence over every other fault.
    if (!(this.#fault instanceof DamagedDatabase)) this.#fault = fault
  }

  written(): void {
    if (!(this.#fault instanceof DamagedDatabase)) this.#fault = undefined
  }

  async health(): Promise<Health> {
    // After a full disk, the first successful write ends the fault; one is tried whenever the health is requested.
    if (this.#fault?.retryable === true && this.#hasRoom()) this.#tryToWrite()
    if (this.#fault === undefined) return { state: 'ok', detail: `${this.#database.path} can be read and written.` }
    const remedy = this.#fault instanceof DamagedDatabase ? REMEDY : this.#when_mended
    return { state: 'down', detail: `${this.#fault.message}. ${remedy}.` }
  }

  #hasRoom(): boolean {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#database.path))
      return bavail * bsize >= LEAST_ROOM_BYTES
    } catch {
      return false
    }
  }

  #tryToWrite(): void {
    try {
      this.#database.touch()
    } catch {
      // The fault has been reported to `failed`.
    }
  }
}
