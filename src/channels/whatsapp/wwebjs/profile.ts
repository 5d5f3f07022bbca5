import { mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SECOND_MS } from '../../../platform/clock.ts'
import { DenidinError } from '../../../platform/errors.ts'
import { exists, makePrivateFolder, PRIVATE_FOLDER_MODE, remove, writeFileAtomic } from '../../../platform/files.ts'
import type { Self } from '../message-mapper.ts'
import { PROFILE_FOLDER } from './client.ts'
import { listProcesses } from './process-table.ts'

/** The browser profile that holds the login, and what DeniDin knows about it. */

const RECORD_FILE = 'linked.json'
/** Which account this is, kept when the login goes: the next login may be somebody else's. */
const ACCOUNT_FILE = 'account.json'
const TRIAL_FILE = '.can-write'
/** Chrome's mark that a profile is in use: a link to `<host>-<process id>`; the other two belong to it. */
const LOCK = 'SingletonLock'
const LOCK_FILES = [LOCK, 'SingletonCookie', 'SingletonSocket']

/** Whether the device was linked and, as far as we know, still is: the profile should hold a login. */
export const isLinked = (data_dir: string): Promise<boolean> => exists(join(data_dir, RECORD_FILE))

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

/**
 * Since when the account of this folder is this one, in milliseconds since the Unix epoch: what people wrote before that
 * was written to another one. 0 when no other is known. `now` counts for an account that is new here. A page may tell
 * only one of its names: it is another account only where a name of the same kind differs and none is the same.
 */
export const accountSince = async (data_dir: string, { phone, lid }: Self, now: number): Promise<number> => {
  const path = join(data_dir, ACCOUNT_FILE)
  const kept = await readAccount(path)
  if (phone === undefined && lid === undefined) return kept?.since ?? 0
  const pairs = [
    [kept?.phone, phone],
    [kept?.lid, lid],
  ].filter(pair => pair.every(name => name !== undefined))
  const other = pairs.length > 0 && pairs.every(([before, told]) => before !== told)
  const since = kept === undefined ? 0 : other ? now : kept.since
  const account = {
    phone: phone ?? (other ? undefined : kept?.phone),
    lid: lid ?? (other ? undefined : kept?.lid),
    since,
  }
  if (kept === undefined || !isDeepStrictEqual(account, kept))
    await writeFileAtomic(path, `${JSON.stringify(account)}\n`)
  return since
}

const readAccount = async (path: string): Promise<(Self & { readonly since: number }) | undefined> => {
  try {
    const { phone, lid, since } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    if (typeof since !== 'number') return undefined
    return {
      phone: typeof phone === 'string' ? phone : undefined,
      lid: typeof lid === 'string' ? lid : undefined,
      since,
    }
  } catch {
    return undefined
  }
}

/** Forgets that the device is linked, and with `profile` the login itself; no browser may be using it. */
export const forgetLogin = async (data_dir: string, what: 'record' | 'profile'): Promise<void> => {
  if (what === 'profile') await remove(join(data_dir, PROFILE_FOLDER))
  await remove(join(data_dir, RECORD_FILE))
}

/**
 * Makes the folders of the login and sees whether they can be written to.
 * @throws DenidinError `unavailable` with a sentence for the operator
 */
export const makeProfile = async (data_dir: string): Promise<void> => {
  const profile = join(data_dir, PROFILE_FOLDER)
  for (const folder of [data_dir, profile]) {
    try {
      await makePrivateFolder(data_dir)
      await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
      const trial = join(folder, TRIAL_FILE)
      await writeFile(trial, '')
      await rm(trial)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      throw new DenidinError(
        'unavailable',
        `The folder of the WhatsApp login cannot be written to (${code}): ${folder}. Its owner, its rights and the free space of the disk decide about that.`,
        { cause: error },
      )
    }
  }
}

/**
 * Removes the lock of a browser that no longer runs: after a power cut, or in a container with a new host name, Chrome
 * would refuse the profile for ever. The lock of a browser that runs on this profile is left; its process id alone says
 * little, since the system gives it to others later.
 */
export const freeProfile = async (data_dir: string): Promise<void> => {
  const profile = join(data_dir, PROFILE_FOLDER)
  const holder = await readlink(join(profile, LOCK)).catch(() => undefined)
  if (holder === undefined) return
  const dash = holder.lastIndexOf('-')
  if (holder.slice(0, dash) === hostname() && (await isUsing(Number(holder.slice(dash + 1)), profile))) return
  for (const file of LOCK_FILES) await remove(join(profile, file))
}

/** Whether a process runs that has this profile open; where its arguments cannot be seen, whether it runs at all. */
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
