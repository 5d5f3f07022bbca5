/** Translates errors of the file system into ours, with a sentence for the operator. */
import { DenidinError } from './errors.ts'
import { obstacleAt } from './obstacles.ts'

/** Why a file cannot be written, as the end of a sentence that begins with its path. */
export const reasonOfFault = (error: unknown, path: string): string => {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'cannot be written: the disk is full'
    case 'EROFS':
      return 'cannot be written: the disk is mounted read-only'
    case 'EIO':
      return 'cannot be written: the disk fails'
    case 'EMFILE':
    case 'ENFILE':
      return 'cannot be opened: too many files are open'
    case 'EPIPE':
      return 'is no longer read by anyone'
    default:
      return obstacleAt(path, 'file') ?? `cannot be written (${message})`
  }
}

/**
 * Turns an error of the file system into `unavailable` (retryable), with path and reason; our own errors pass
 * unchanged.
 */
export const fileFault = (error: unknown, path: string): DenidinError =>
  error instanceof DenidinError
    ? error
    : new DenidinError('unavailable', `${path} ${reasonOfFault(error, path)}`, { cause: error, retryable: true })
