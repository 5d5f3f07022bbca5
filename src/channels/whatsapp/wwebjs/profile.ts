/** The browser profile that contains the login: creates, checks and deletes it, and removes stale locks. */
import { mkdir, readlink, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DenidinError } from '../../../platform/errors.ts'
import { makePrivateFolder, PRIVATE_FOLDER_MODE, remove } from '../../../platform/files.ts'
import { PROFILE_FOLDER } from './client.ts'
import { listProcesses } from '../../../platform/process-table.ts'

const TRIAL_FILE = '.can-write'
/** Chrome's marker that a profile is in use: a link to `<host>-<process id>`; the other two belong to it. */
const LOCK = 'SingletonLock'
const LOCK_FILES = [LOCK, 'SingletonCookie', 'SingletonSocket']

/** Deletes the login; no browser may be using it. */
export const deleteProfile = async (login_dir: string): Promise<void> => {
  await remove(join(login_dir, PROFILE_FOLDER))
}

/**
 * Creates the folders of the login and checks that they can be written to.
 * @throws DenidinError `unavailable` with a sentence for the operator
 */
export const makeProfile = async (login_dir: string): Promise<void> => {
  const profile = join(login_dir, PROFILE_FOLDER)
  for (const folder of [login_dir, profile]) {
    try {
      await makePrivateFolder(login_dir)
      await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
      const trial = join(folder, TRIAL_FILE)
      await writeFile(trial, '')
      await rm(trial)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      throw new DenidinError(
        'unavailable',
        `The folder of the WhatsApp login cannot be written to (${code}): ${folder}. Check its owner, its permissions and the free space of the disk.`,
        { cause: error },
      )
    }
  }
}

/**
 * The lock of a browser that no longer runs, as `<host>-<process id>`: after a power cut, or in a container with a new
 * host name, Chrome would refuse the profile for ever. `undefined`: there is no lock, or a browser uses this profile; a
 * process id alone proves little, because the system reuses ids.
 */
export const staleLock = async (login_dir: string): Promise<string | undefined> => {
  const profile = join(login_dir, PROFILE_FOLDER)
  const holder = await readlink(join(profile, LOCK)).catch(() => undefined)
  if (holder === undefined) return undefined
  const dash = holder.lastIndexOf('-')
  const isUsed = holder.slice(0, dash) === hostname() && (await isUsing(Number(holder.slice(dash + 1)), profile))
  return isUsed ? undefined : holder
}

/** Removes the lock of a browser that no longer runs. */
export const freeProfile = async (login_dir: string): Promise<void> => {
  if ((await staleLock(login_dir)) === undefined) return
  for (const file of LOCK_FILES) await remove(join(login_dir, PROFILE_FOLDER, file))
}

/** Whether a process runs that has this profile open; if its arguments cannot be seen, whether it runs at all. */
const isUsing = async (pid: number, profile: string): Promise<boolean> => {
  const all = await listProcesses()
  if (all.length > 0) return all.some(each => each.pid === pid && each.args.includes(`--user-data-dir=${profile}`))
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
