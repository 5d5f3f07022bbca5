/** Wires the restore points: when they are made, and with which files. */
import type { Backups, PointSpan } from '../../backup/backups.ts'
import type { DatabaseSource } from '../../backup/backup-sources.ts'
import { readBackupId } from '../../backup/manifest.ts'
import { PointSchedule } from '../../backup/point-schedule.ts'
import type { DatabaseFiles } from '../../backup/sqlite/page-image.ts'
import { holdsDatabase } from '../../backup/sqlite/snapshots.ts'
import type { Settings } from '../../config/settings.ts'
import type { Runtime } from '../runtime.ts'

/** Open handles of the databases that exist, by their paths. */
export const handlesOf = (
  files: DatabaseFiles,
  databases: readonly DatabaseSource[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    databases.filter(({ path }) => holdsDatabase(path)).map(({ path }) => [path, files.handleOf(path)]),
  )

/** Makes restore points while it runs; `undefined` if none are wanted. */
export const createPoints = (
  { backup: { scheduled, point_in_time_minutes: minutes } }: Settings,
  databases: readonly DatabaseSource[],
  { create, clock, logger }: Pick<Backups, 'create'> & Pick<Runtime, 'clock' | 'logger'>,
): PointSchedule | undefined =>
  scheduled && minutes > 0
    ? new PointSchedule({
        minutes,
        databases: databases.map(({ path }) => path),
        make: signal => create('point', [], { signal }),
        clock,
        logger,
      })
    : undefined

/** The restore points among these backups. */
export const spanOf = (ids: readonly string[]): PointSpan => {
  const times = ids
    .map(id => readBackupId(id))
    .filter(found => found?.type === 'point')
    .map(found => new Date(found?.at ?? 0).toISOString())
  return { count: times.length, oldest: times[0], newest: times.at(-1) }
}
