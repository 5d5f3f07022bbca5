/** Creates the file with the private key of encrypted backups. */
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { fileFault } from '../../platform/file-faults.ts'
import { inFolder, PRIVATE_FILE_MODE, syncFolder } from '../../platform/files.ts'
import { newIdentity } from './age-keys.ts'

/** A new key. The private part is in the file alone. */
export interface CreatedKey {
  /** Absolute path. */
  readonly file: string
  /** The public key. */
  readonly recipient: string
}

/** What creates keys, as operations use it. */
export interface BackupKeys {
  /**
   * Creates a key in a file that only its owner can read.
   * @param file relative to the DeniDin folder; `undefined`: the file of the settings, or the usual one
   * @throws DenidinError `invalid_input` if the file exists, or lies with the data or the backups; `unavailable`
   */
  create(file: string | undefined): Promise<CreatedKey>
}

/**
 * Writes a new private key. An existing file is never replaced: the backups that it opens would be lost.
 * @throws DenidinError `invalid_input` if the file exists; `unavailable` if it cannot be written
 */
export const createKeyFile = async (file: string, now: Date): Promise<CreatedKey> => {
  const { text, recipient } = await newIdentity(now)
  try {
    await inFolder(dirname(file), async () => {
      await using created = await open(file, 'wx', PRIVATE_FILE_MODE)
      await created.writeFile(text)
      await created.sync()
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileFault(error, file)
    throw new DenidinError(
      'invalid_input',
      `${file} exists, and a key is never replaced, because the backups that it opens would be lost; name another file`,
      { cause: error },
    )
  }
  await syncFolder(dirname(file))
  return { file, recipient }
}
