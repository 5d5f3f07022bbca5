/** Writes a file that the operator names: all of it or nothing, and never in the place of something that is no file. */
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DenidinError } from './errors.ts'
import { writeFileAtomic } from './files.ts'
import { obstacleAt } from './obstacles.ts'

/** Folders of the system in which a new file would take the place of a device, and `/dev/stdout` is a link to a file. */
const DEVICES = /^\/(?:dev|proc|sys)\/(?!shm\/)/u

/**
 * Call before the work begins.
 * @param path absolute
 * @throws DenidinError `invalid_input` if the file cannot be written
 */
export const checkNamedFile = (path: string): void => {
  const obstacle = obstacleTo(path)
  if (obstacle !== undefined) throw new DenidinError('invalid_input', `the file cannot be written: ${obstacle}`)
}

const obstacleTo = (path: string): string | undefined => {
  if (DEVICES.test(path)) return `${path} is a device; a file is expected there`
  const folder = dirname(path)
  // A missing folder is more often a mistake than intended.
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${folder}`
  const obstacle = obstacleAt(path, 'file')
  return obstacle === undefined ? undefined : `${path} ${obstacle}`
}

/**
 * A link stays one: what it leads to is written.
 * @param path absolute
 * @throws DenidinError `invalid_input` as `checkNamedFile`; `unavailable`
 */
export const writeNamedFile = async (path: string, text: string): Promise<void> => {
  checkNamedFile(path)
  await writeFileAtomic(realPath(path), text)
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
