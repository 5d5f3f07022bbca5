/** Translates SQLite's errors about files and disks into ours, with a sentence for the operator. */
import { DenidinError } from '../../platform/errors.ts'
import { obstacleAt } from '../../platform/obstacles.ts'

/** SQLite's primary result codes: the low byte of `errcode`. */
const BUSY = 5
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** The primary result code of an error that SQLite raised; `undefined` for all others. */
const codeOf = (error: unknown): number | undefined => {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** The content of a database file is damaged, or is not a database at all. */
export class DamagedDatabase extends DenidinError {
  constructor(path: string, reason: string, cause?: unknown) {
    super('damaged', `${path} is damaged (${reason})`, { cause })
  }
}

/** Whether another connection holds the lock. */
export const isBusy = (error: unknown): boolean => codeOf(error) === BUSY

/** Whether the content of a file is not a database. */
export const isNoDatabase = (error: unknown): boolean => codeOf(error) === NOT_A_DATABASE

/**
 * Translates an error of the file at `path`, or of its disk: `damaged` for unreadable content, `unavailable`
 * (retryable) for possibly temporary errors, such as a full disk. `undefined` for every other error, such as a violated
 * constraint.
 */
export const faultOf = (error: unknown, path: string): DenidinError | undefined => {
  const { message } = error as Error
  switch (codeOf(error)) {
    case CORRUPT:
    case NOT_A_DATABASE:
      return new DamagedDatabase(path, message, error)
    case FULL:
      return passing(`the disk is full: ${path} cannot be written`, error)
    case IO_ERROR:
      return passing(`the disk below ${path} fails or is full (${message})`, error)
    case BUSY:
      return passing(`another program is using ${path}`, error)
    case READ_ONLY:
    case CANNOT_OPEN:
      return passing(`${path} ${obstacleAt(path, 'file') ?? `cannot be written (${message})`}`, error)
    default:
      return undefined
  }
}

const passing = (message: string, cause: unknown): DenidinError =>
  new DenidinError('unavailable', message, { cause, retryable: true })
