/** Says in a sentence why a file cannot be read. */
import { DenidinError } from '../platform/errors.ts'

/** @param error of `node:fs` */
export const unreadable = (path: string, error: unknown): DenidinError => {
  if (error instanceof DenidinError) return error
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DenidinError('not_found', `there is no file ${path}`)
    case 'EACCES':
    case 'EPERM':
      return new DenidinError('forbidden', `${path} may not be read`)
    case 'ELOOP':
      return new DenidinError('invalid_input', `${path} is a link that leads back to itself`)
    case 'ERR_INVALID_ARG_VALUE':
      return new DenidinError('invalid_input', 'the path has a sign that no path may have')
    case 'ENAMETOOLONG':
      return new DenidinError('invalid_input', 'the path is longer than any file may have')
    default:
      return new DenidinError('unavailable', `${path} cannot be read: ${message}`, { cause: error })
  }
}
