/** Decides which backups are kept, and collects the objects that none of them needs. */
import { DAY_MS, HOUR_MS } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { BackupFolder } from './backup-folder.ts'
import { objectsOf, readBackupId, type BackupType } from './manifest.ts'

export interface Retention {
  /** How many days full and incremental backups are kept. */
  readonly retention_days: number
  /** How many days archives are kept. */
  readonly archive_retention_days: number
}

/** The properties of a backup that decide whether it is kept. */
export interface RetainedBackup {
  readonly id: string
  /** The result of its last verification; `undefined` if it was never verified. */
  readonly in_order: boolean | undefined
}

/** Days after which only the last incremental backup of each day is kept. */
const EVERY_INCREMENT_DAYS = 2
/** For how long every restore point is kept, and the last of each hour; after that, the last of each day. */
const EVERY_POINT_MS = DAY_MS
const HOURLY_POINTS_MS = 7 * DAY_MS

/**
 * Ids of the backups that have expired. The newest backup never expires, and neither does the newest complete one that
 * was verified successfully.
 * @param backups oldest first
 */
export const expiredBackups = (
  backups: readonly RetainedBackup[],
  { retention_days, archive_retention_days }: Retention,
  now: number,
): readonly string[] => {
  const whole = backups.filter(({ id }) => readBackupId(id)?.type !== 'point')
  const kept = new Set([
    whole.findLast(({ in_order }) => in_order !== false)?.id,
    whole.findLast(({ in_order }) => in_order === true)?.id,
    whole.at(-1)?.id,
    backups.at(-1)?.id,
  ])
  const dated = backups.flatMap(({ id }) => {
    const found = readBackupId(id)
    return found === undefined ? [] : [{ id, ...found }]
  })
  const incrementsOfDays = lastOfEach(dated, 'incremental', DAY_MS)
  const pointsOfDays = lastOfEach(dated, 'point', DAY_MS)
  const pointsOfHours = lastOfEach(dated, 'point', HOUR_MS)
  return dated
    .filter(({ id, type, at }) => {
      if (kept.has(id)) return false
      const age = now - at
      if (age > (type === 'archive' ? archive_retention_days : retention_days) * DAY_MS) return true
      if (type === 'incremental') return age > EVERY_INCREMENT_DAYS * DAY_MS && !incrementsOfDays.has(id)
      if (type !== 'point' || age <= EVERY_POINT_MS) return false
      return !(age <= HOURLY_POINTS_MS ? pointsOfHours : pointsOfDays).has(id)
    })
    .map(({ id }) => id)
}

/** Ids of the last backups of a type in each span of this length. */
const lastOfEach = (
  backups: readonly { readonly id: string; readonly type: BackupType; readonly at: number }[],
  type: BackupType,
  span_ms: number,
): ReadonlySet<string> =>
  new Set(
    new Map(backups.filter(each => each.type === type).map(({ id, at }) => [Math.floor(at / span_ms), id])).values(),
  )

export interface PruneResult {
  readonly deleted: readonly string[]
  readonly kept: number
  readonly objects: number
  readonly bytes: number
}

/**
 * Deletes expired backups and the objects that no other backup needs.
 * @throws DenidinError `damaged` if a manifest cannot be read: the objects that it needs are unknown, so nothing is
 *   deleted
 */
export const pruneBackups = async (
  folder: BackupFolder,
  retention: Retention,
  now: number,
  dry_run: boolean,
): Promise<PruneResult> => {
  using _lock = folder.lock()
  const { backups, damaged } = await folder.list()
  if (damaged[0] !== undefined) {
    throw new DenidinError(
      'damaged',
      `${damaged[0].reason}; nothing was deleted, because it is unknown which objects it needs. Move backups/${damaged[0].id}.json away to give that backup up.`,
    )
  }
  const candidates = await Promise.all(
    backups.map(async ({ id }) => ({ id, in_order: (await folder.verification(id))?.in_order })),
  )
  const deleted = expiredBackups(candidates, retention, now)
  const left = backups.filter(({ id }) => !deleted.includes(id))
  const needed = new Set(left.flatMap(manifest => [...objectsOf(manifest)]))
  if (dry_run) {
    const unneeded = [...(await folder.objects.list())].filter(([hash]) => !needed.has(hash))
    const bytes = unneeded.reduce((sum, [, size]) => sum + size, 0)
    return { deleted, kept: left.length, objects: unneeded.length, bytes }
  }
  // Manifests are deleted first: a backup whose objects are being deleted must not be listed.
  await folder.deleteLeftovers()
  await folder.delete(deleted)
  return { deleted, kept: left.length, ...(await folder.objects.keepOnly(needed)) }
}
