import { cp, readdir, rename, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DenidinError } from '../../../platform/errors.ts'
import { exists, folderBytes, makePrivateFolder, remove, setAside } from '../../../platform/files.ts'
import type { Ids } from '../../../platform/ids.ts'
import { PROFILE_FOLDER } from './client.ts'

/** A copy of the part of the browser profile that holds the login, of one generation, beside the profile. */

const BACKUP = 'backup'
/** The generation before, for the moment in which the new one takes its place. */
const BEFORE = 'backup-before'
const UNDER_WAY = 'backup-new-'
const SET_ASIDE = `${PROFILE_FOLDER}.damaged-`
/** Where Chromium keeps what a page stores: the login is in these; caches are left out. */
const HOLDS_LOGIN = [
  'Local State',
  'Default/Preferences',
  'Default/Cookies',
  'Default/Network',
  'Default/IndexedDB',
  'Default/Local Storage',
  'Default/Session Storage',
  'Default/WebStorage',
  'Default/databases',
]
const LOCK_FILE = 'LOCK'
/** A browser at work changes its files; the copy counts when none of them changed meanwhile. */
const ATTEMPTS = 5

/**
 * Copies the login aside while its browser runs, and puts the copy in the place of the last one at once.
 * @returns size of the copy in bytes
 * @throws DenidinError `unavailable` when the files never held still, or there is too little room; the signal's reason
 * when it is aborted
 */
export const backUpProfile = async (data_dir: string, ids: Ids, signal: AbortSignal): Promise<number> => {
  const profile = join(data_dir, PROFILE_FOLDER)
  const aside = join(data_dir, `${UNDER_WAY}${ids.uuid()}`)
  try {
    await removeLeftovers(data_dir)
    await copyUnchanged(profile, aside, signal)
    const bytes = await folderBytes(aside)
    const backup = join(data_dir, BACKUP)
    const before = join(data_dir, BEFORE)
    await remove(before)
    if (await exists(backup)) await rename(backup, before)
    await rename(aside, backup)
    await remove(before)
    return bytes
  } catch (error) {
    await remove(aside)
    throw error
  }
}

/**
 * Puts the backup in the place of the profile, whose files are kept aside; no browser may be using it. The backup is used
 * up: a login that was broken twice is not tried a third time. Whether there was one.
 */
export const restoreProfile = async (data_dir: string, at: number): Promise<boolean> => {
  const profile = join(data_dir, PROFILE_FOLDER)
  const backup = await findBackup(data_dir)
  if (backup === undefined) return false
  for (const name of await readdir(data_dir)) {
    if (name.startsWith(SET_ASIDE)) await remove(join(data_dir, name))
  }
  if (await exists(profile)) await setAside(profile, at)
  await rename(backup, profile)
  return true
}

/** Whether there is a backup to go back to. */
export const hasBackup = async (data_dir: string): Promise<boolean> => (await findBackup(data_dir)) !== undefined

/** Removes the backup of a login that WhatsApp has ended. */
export const forgetBackup = async (data_dir: string): Promise<void> => {
  await remove(join(data_dir, BACKUP))
  await remove(join(data_dir, BEFORE))
}

/** A run that was ended between two renames left the generation before. */
const findBackup = async (data_dir: string): Promise<string | undefined> => {
  for (const name of [BACKUP, BEFORE]) {
    const path = join(data_dir, name)
    if (await exists(path)) return path
  }
  return undefined
}

const removeLeftovers = async (data_dir: string): Promise<void> => {
  for (const name of await readdir(data_dir)) {
    if (name.startsWith(UNDER_WAY)) await remove(join(data_dir, name))
  }
}

const copyUnchanged = async (profile: string, target: string, signal: AbortSignal): Promise<void> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await remove(target)
    await makePrivateFolder(target)
    try {
      const before = await listing(profile)
      await seeRoom(profile, before)
      for (const name of HOLDS_LOGIN) {
        const source = join(profile, name)
        // A lock file of the database is a lock no more once it is copied.
        const filter = (path: string): boolean => {
          signal.throwIfAborted()
          return !path.endsWith(`/${LOCK_FILE}`)
        }
        if (await exists(source)) await cp(source, join(target, name), { recursive: true, filter })
      }
      if (before.join('\n') === (await listing(profile)).join('\n')) return
    } catch (error) {
      // A file went away while it was being copied.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new DenidinError('unavailable', 'the files of the login never held still', { retryable: true })
}

/** Name, size and time of each file that holds something of the login, sorted. */
const listing = async (profile: string): Promise<readonly string[]> => {
  const found: string[] = []
  const add = async (path: string): Promise<void> => {
    const { size, mtimeMs } = await stat(path)
    found.push(`${path} ${String(size)} ${String(mtimeMs)}`)
  }
  for (const name of HOLDS_LOGIN) {
    const path = join(profile, name)
    if (!(await exists(path))) continue
    if ((await stat(path)).isFile()) {
      await add(path)
      continue
    }
    for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) await add(join(entry.parentPath, entry.name))
    }
  }
  return found.sort()
}

/** @throws DenidinError `unavailable` when the copy would leave less room on the disk than it takes itself. */
const seeRoom = async (profile: string, files: readonly string[]): Promise<void> => {
  const bytes = files.reduce((sum, line) => sum + Number(line.split(' ').at(-2)), 0)
  const { bavail, bsize } = await statfs(profile)
  if (bavail * bsize < 2 * bytes) throw new DenidinError('unavailable', 'the disk has too little room for a backup')
}
