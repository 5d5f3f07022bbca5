/** Identifies the data folder of a backup by the secret of its erasure log, which is created once and never changes. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { ClosedDatabase } from './database-proof.ts'

const ID_CHARACTERS = 16
/** The id of a data folder without an erasure log. */
export const UNKNOWN_INSTALLATION = '0'.repeat(ID_CHARACTERS)

/** What an erasure log says about its data folder. */
export interface ErasureLogState {
  /** Sixteen hexadecimal digits, from which the secret cannot be derived. */
  readonly installation: string
  /** Number of the last erasure; 0 if nothing was ever erased. The log of a data folder only grows. */
  readonly last_act: number
  /**
   * Whether the log was lost and recorded again from `denidin.db`: its secret is a new one, and the backups of the data
   * folder have the earlier one.
   */
  readonly is_rebuilt: boolean
}

/** @throws DenidinError `damaged` if the log cannot be read */
export const readErasureLog = (path: string): ErasureLogState => {
  using database = new ClosedDatabase(path)
  const secret = secretIn(database)
  if (secret === undefined) return { installation: UNKNOWN_INSTALLATION, last_act: 0, is_rebuilt: false }
  return {
    installation: createHash('sha256')
      .update('denidin installation')
      .update(secret)
      .digest('hex')
      .slice(0, ID_CHARACTERS),
    last_act: Number(database.value('select coalesce(max(number), 0) from acts')),
    // Acts of which only the ids were left are of no person.
    is_rebuilt: Number(database.value("select count(*) from acts where person_id = ''")) > 0,
  }
}

/** The id of the data folder that an erasure log belongs to. */
export const installationOf = (path: string | undefined): string =>
  path === undefined || !existsSync(path) ? UNKNOWN_INSTALLATION : readErasureLog(path).installation

/** The secret of an erasure log, which every backup of its data folder contains; `undefined` if there is none. */
export const erasureSecret = (path: string | undefined): Uint8Array | undefined => {
  if (path === undefined || !existsSync(path)) return undefined
  using database = new ClosedDatabase(path)
  return secretIn(database)
}

const secretIn = (database: ClosedDatabase): Uint8Array | undefined => {
  const secret = database.value('select secret from secret')
  return secret instanceof Uint8Array ? secret : undefined
}
