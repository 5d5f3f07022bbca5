/** Keeps one copy of the part of the browser profile that contains the login, beside the profile. */
import { cp, readdir, rename, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DenidinError } from '../../../platform/errors.ts'
import { exists, filesBelow, folderBytes, makePrivateFolder, remove, setAside } from '../../../platform/files.ts'
import type { Ids } from '../../../platform/ids.ts'
import { PROFILE_FOLDER } from './client.ts'

const BACKUP = 'backup'
/** The previous copy, while the new one replaces it. */
const BEFORE = 'backup-before'
const IN_PROGRESS = 'backup-new-'
const SET_ASIDE = `${PROFILE_FOLDER}.damaged-`
/** Where Chromium stores the data of a page, including the login; caches are left out. */
const LOGIN_FILES = [
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
/** A running browser changes its files; a copy counts only if none of them changed meanwhile. */
const ATTEMPTS = 5

/**
 * Backs up the login while its browser runs, and replaces the last copy by a rename.
 * @returns size of the copy in bytes
 * @throws DenidinError `unavailable` if the files kept changing, or the disk is too full; the signal's reason if it is
 *   aborted
 */
export const backUpProfile = async (login_dir: string, ids: Ids, signal: AbortSignal): Promise<number> => {
  const profile = join(login_dir, PROFILE_FOLDER)
  const aside = join(login_dir, `${IN_PROGRESS}${ids.uuid()}`)
  try {
    await removeLeftovers(login_dir)
    await copyUnchanged(profile, aside, signal)
    const bytes = await folderBytes(aside)
    const backup = join(login_dir, BACKUP)
    const before = join(login_dir, BEFORE)
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
 * Replaces the profile by the backup and keeps the replaced files beside it; no browser may be using it. The backup is
 * used up: a login that was broken twice is not restored a third time. False if there was no backup.
 */
export const restoreProfile = async (login_dir: string, at: number): Promise<boolean> => {
  const profile = join(login_dir, PROFILE_FOLDER)
  const backup = await findBackup(login_dir)
  if (backup === undefined) return false
  for (const name of await readdir(login_dir)) {
    if (name.startsWith(SET_ASIDE)) await remove(join(login_dir, name))
  }
  if (await exists(profile)) await setAside(profile, at)
  await rename(backup, profile)
  return true
}

/** Whether there is a backup to restore. */
export const hasBackup = async (login_dir: string): Promise<boolean> => (await findBackup(login_dir)) !== undefined

/** Deletes the backup of a login that WhatsApp has ended. */
export const deleteBackup = async (login_dir: string): Promise<void> => {
  await remove(join(login_dir, BACKUP))
  await remove(join(login_dir, BEFORE))
}

/** A run that was killed between two renames left only the previous copy. */
const findBackup = async (login_dir: string): Promise<string | undefined> => {
  for (const name of [BACKUP, BEFORE]) {
    const path = join(login_dir, name)
    if (await exists(path)) return path
  }
  return undefined
}

const removeLeftovers = async (login_dir: string): Promise<void> => {
  for (const name of await readdir(login_dir)) {
    if (name.startsWith(IN_PROGRESS)) await remove(join(login_dir, name))
  }
}

const copyUnchanged = async (profile: string, target: string, signal: AbortSignal): Promise<void> => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await remove(target)
    await makePrivateFolder(target)
    try {
      const before = await listing(profile)
      await checkDiskSpace(profile, before)
      for (const name of LOGIN_FILES) {
        const source = join(profile, name)
        // The lock files of Chromium's databases mean nothing in a copy.
        const filter = (path: string): boolean => {
          signal.throwIfAborted()
          return !path.endsWith(`/${LOCK_FILE}`)
        }
        if (await exists(source)) await cp(source, join(target, name), { recursive: true, filter })
      }
      if (before.join('\n') === (await listing(profile)).join('\n')) return
    } catch (error) {
      // A file disappeared while it was being copied.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new DenidinError('unavailable', 'the files of the login kept changing', { retryable: true })
}

/** Name, size and time of each file that belongs to the login, sorted. */
const listing = async (profile: string): Promise<readonly string[]> => {
  const found: string[] = []
  const add = async (path: string): Promise<void> => {
    const { size, mtimeMs } = await stat(path)
    found.push(`${path} ${String(size)} ${String(mtimeMs)}`)
  }
  for (const name of LOGIN_FILES) {
    for (const path of await filesBelow(join(profile, name))) await add(path)
  }
  return found.sort()
}

/** @throws DenidinError `unavailable` if the copy would leave less free space on the disk than it takes itself. */
const checkDiskSpace = async (profile: string, files: readonly string[]): Promise<void> => {
  const bytes = files.reduce((sum, line) => sum + Number(line.split(' ').at(-2)), 0)
  const { bavail, bsize } = await statfs(profile)
  if (bavail * bsize < 2 * bytes) throw new DenidinError('unavailable', 'the disk has too little space for a backup')
}
