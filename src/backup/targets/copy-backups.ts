/** Copies backups from one folder to another: new objects first, then the manifest, which makes a backup exist. */
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { inParallel } from '../../platform/in-parallel.ts'
import type { BackupFolder } from '../backup-folder.ts'
import type { WorkCall } from '../backup-sources.ts'
import { objectsOf, type StoredManifest } from '../manifest.ts'
import type { StoredForm } from '../storage-form.ts'
import type { Throttle } from '../throttle.ts'

const AT_ONCE = 6
const MB = 2 ** 20

export interface CopyDeps {
  readonly from: BackupFolder
  readonly to: BackupFolder
  readonly throttle: Throttle
}

/** What was copied. */
export interface Copied {
  readonly backups: readonly string[]
  readonly objects: number
  readonly bytes: number
}

/**
 * Copies backups in this order, each with the objects that are missing at `to` or have another size there. Objects are
 * verified before they are copied, as far as the keys allow, so that damage does not spread.
 * @throws DenidinError `damaged` (an object of `from`), `unavailable`, `rejected`; the reason of the signal
 */
export const copyBackups = async (
  { from, to, throttle }: CopyDeps,
  ids: readonly string[],
  call: WorkCall,
): Promise<Copied> => {
  if (ids.length === 0) return { backups: [], objects: 0, bytes: 0 }
  const present = new Map(await to.objects.list())
  const backups: string[] = []
  let [objects, bytes] = [0, 0]
  for (const id of ids) {
    call.signal.throwIfAborted()
    const backup = await from.stored(id)
    const form = await from.storedForm(backup)
    const missing = await missingObjects(backup, form, from, present)
    try {
      await inParallel(AT_ONCE, missing, async hash => {
        call.signal.throwIfAborted()
        const stored = await from.objects.stored(hash, form)
        await throttle.pause(stored.length, call.signal)
        await to.objects.add(hash, form, stored)
        present.set(hash, stored.length)
        objects += 1
        bytes += stored.length
        call.progress({ done: Math.floor(bytes / MB), unit: 'MB' })
      })
    } catch (error) {
      // It has expired and was deleted meanwhile.
      if (!(await from.ids()).includes(id)) continue
      throw error
    }
    await to.addFrom(from, id)
    backups.push(id)
  }
  return { backups, objects, bytes }
}

/**
 * Compares backups at `to` with those of `from`, and replaces the files that differ or cannot be read. A damaged file may
 * have the size of the right one, so all of it is read.
 * @throws DenidinError `damaged` (an object of `from`), `unavailable`, `rejected`; the reason of the signal
 */
export const repairBackups = async (
  { from, to, throttle }: CopyDeps,
  ids: readonly string[],
  call: WorkCall,
): Promise<Omit<Copied, 'backups'>> => {
  const compared = new Set<string>()
  let [objects, bytes] = [0, 0]
  for (const id of ids) {
    const backup = await from.stored(id)
    const form = await from.storedForm(backup)
    const others = [...objectsOf(backup)].filter(hash => !compared.has(hash))
    await inParallel(AT_ONCE, others, async hash => {
      call.signal.throwIfAborted()
      const stored = await from.objects.stored(hash, form)
      await throttle.pause(2 * stored.length, call.signal)
      compared.add(hash)
      if (stored.equals(await readable(() => to.objects.raw(hash, form)))) return
      await to.objects.add(hash, form, stored)
      objects += 1
      bytes += stored.length
      call.progress({ done: compared.size, unit: 'pieces' })
    })
    await to.addFrom(from, id)
    await to.deleteVerification(id)
  }
  return { objects, bytes }
}

/** What can be read; nothing if the file is missing or its disk cannot read it. */
const readable = async (read: () => Promise<Buffer>): Promise<Buffer> =>
  await read().catch((error: unknown) => {
    if (asDenidinError(error).code === 'damaged') return Buffer.alloc(0)
    throw error
  })

const missingObjects = async (
  backup: StoredManifest,
  form: StoredForm,
  from: BackupFolder,
  present: ReadonlyMap<string, number>,
): Promise<readonly string[]> => {
  const missing: string[] = []
  for (const hash of objectsOf(backup)) {
    const there = present.get(hash)
    if (there !== undefined && there === (await from.objects.bytes(hash, form))) continue
    missing.push(hash)
  }
  return missing
}

/** Refuses to mix the backups of two data folders in one place. @throws DenidinError `rejected` */
export const requireSameInstallation = async (from: BackupFolder, to: BackupFolder): Promise<void> => {
  const [own, other] = await Promise.all([newest(from), newest(to)])
  if (own === undefined || other === undefined || own.installation === other.installation) return
  throw new DenidinError(
    'rejected',
    `${to.path} has backups of another data folder (${other.id}); give each DeniDin a place of its own`,
  )
}

/** The newest backup whose manifest can be read. */
const newest = async (folder: BackupFolder): Promise<StoredManifest | undefined> => {
  for (const id of (await folder.ids()).toReversed()) {
    const stored = await folder.stored(id).catch((error: unknown) => {
      if (asDenidinError(error).code === 'damaged') return undefined
      throw error
    })
    if (stored !== undefined) return stored
  }
  return undefined
}
