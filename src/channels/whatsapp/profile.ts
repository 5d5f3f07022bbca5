import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { SECOND_MS } from '../../platform/clock.ts'
import { remove, writeFileAtomic } from '../../platform/files.ts'
import { PROFILE_FOLDER } from './library.ts'

/** The browser profile that holds the login, and what DeniDin knows about it. */

const RECORD_FILE = 'linked.json'
/** Chrome's mark that a profile is in use: a link to `<host>-<process id>`; the other two belong to it. */
const LOCK = 'SingletonLock'
const LOCK_FILES = [LOCK, 'SingletonCookie', 'SingletonSocket']

/**
 * When this device was linked, in milliseconds since the Unix epoch: what people wrote before that was not written to
 * DeniDin. 0 when it is not known.
 */
export const readLinkedAt = async (data_dir: string): Promise<number> => {
  try {
    const record = JSON.parse(await readFile(join(data_dir, RECORD_FILE), 'utf8')) as { linked_at?: unknown }
    return typeof record.linked_at === 'number' ? record.linked_at : 0
  } catch {
    return 0
  }
}

/** Keeps when the device was linked, in whole seconds, as messages have their time. */
export const writeLinkedAt = async (data_dir: string, at: number): Promise<void> => {
  const linked_at = Math.floor(at / SECOND_MS) * SECOND_MS
  await writeFileAtomic(join(data_dir, RECORD_FILE), `${JSON.stringify({ linked_at })}\n`)
}

/** Removes a login that the phone has ended; no browser may be using it. */
export const forgetLogin = async (data_dir: string): Promise<void> => {
  await remove(join(data_dir, PROFILE_FOLDER))
  await remove(join(data_dir, RECORD_FILE))
}

/**
 * Removes the lock of a browser that no longer runs: after a power cut, or in a container with a new host name, Chrome
 * would refuse the profile for ever. The lock of a browser that runs is left.
 */
export const freeProfile = async (data_dir: string): Promise<void> => {
  const profile = join(data_dir, PROFILE_FOLDER)
  const holder = await readlink(join(profile, LOCK)).catch(() => undefined)
  if (holder === undefined) return
  const dash = holder.lastIndexOf('-')
  if (holder.slice(0, dash) === hostname() && isRunning(Number(holder.slice(dash + 1)))) return
  for (const file of LOCK_FILES) await remove(join(profile, file))
}

const isRunning = (process_id: number): boolean => {
  try {
    process.kill(process_id, 0)
    return true
  } catch {
    return false
  }
}
