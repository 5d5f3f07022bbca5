/** Backups as the app sees them: their thread, and the module that stops it. */
import { resolve } from 'node:path'
import { BackupFolder } from '../../backup/backup-folder.ts'
import { BackupHealth } from '../../backup/backup-health.ts'
import { BACKUP_EXTRAS, type Backups, type RestoreState } from '../../backup/backups.ts'
import type { PointState } from '../../backup/point-schedule.ts'
import { DatabaseFiles } from '../../backup/sqlite/page-image.ts'
import { dataAside, stagedSwap } from '../../backup/swap.ts'
import type { Settings } from '../../config/settings.ts'
import type { Module } from '../../lifecycle/module.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { remove } from '../../platform/files.ts'
import type { HealthCheck } from '../../platform/health.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import type { Runtime } from '../runtime.ts'
import type { BackupRequests, BackupThreadData } from './backup-requests.ts'
import { backupFolderOf, backupSources, extraSources, replacedPaths } from './backup-sources.ts'
import { createPoints, handlesOf, spanOf } from './points.ts'
import { workFolderOf } from './work-folder.ts'

/** The thread runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const THREAD_MAIN = new URL(import.meta.url.replace(/backups(\.[jt]s)$/, 'backup-thread-main$1'))

/** Time without a request after which the thread ends. */
const IDLE_MS = MINUTE_MS
const MEGABYTE = 2 ** 20

export interface AppBackups extends Backups {
  readonly module: Module
}

export interface BackupsDeps {
  readonly settings: Settings
  readonly version: string
  readonly runtime: Pick<Runtime, 'clock' | 'logger'>
  /** Called when the copies of a backup are made. */
  readonly copied: () => void
  /** Whether stores are open: then a restore waits for the next start. */
  readonly is_open: boolean
}

/** Nothing of it is loaded before a backup is asked for. */
export const createBackups = ({ settings, version, runtime, copied, is_open }: BackupsDeps): AppBackups => {
  const { include } = settings.backup
  const data = threadData(settings, version)
  const { data_root, databases } = data.sources
  const thread = new RequestThread<BackupRequests>({
    name: 'backup',
    file: THREAD_MAIN,
    data,
    idle_ms: IDLE_MS,
    ...runtime,
  })
  const { clock } = runtime
  const folder = BackupFolder.at(data.folder)
  const files = new DatabaseFiles()
  const restoreState = restoreStateOf(settings)
  const create: Backups['create'] = async (type, extras, options) => {
    try {
      const all = BACKUP_EXTRAS.filter(each => include.includes(each) || extras.includes(each))
      const handles = type === 'point' ? handlesOf(files, databases) : {}
      return await thread.request('backup.create', { now: clock.now(), type, extras: all, handles }, options)
    } finally {
      copied()
    }
  }
  const points = createPoints(settings, databases, { create, ...runtime })
  return {
    folder: data.folder,
    create,
    list: page => thread.request('backup.list', page),
    points: async () => spanOf(await folder.ids()),
    show: backup_id => thread.request('backup.show', backup_id),
    verify: (backup_id, options) => thread.request('backup.verify', { now: clock.now(), backup_id }, options),
    prune: dry_run => thread.request('backup.prune', { now: clock.now(), dry_run }),
    restore: (request, options) => thread.request('backup.restore', { now: clock.now(), is_open, ...request }, options),
    restoreState,
    cancelRestore: () => thread.request('backup.cancel_restore', undefined),
    module: {
      name: 'backups',
      health: [backupHealth(settings, clock, () => points?.state)],
      start: async () => {
        await remove(workFolderOf(data_root))
        points?.start()
      },
      stop: async () => {
        await points?.[Symbol.asyncDispose]()
        await thread[Symbol.asyncDispose]()
        files[Symbol.dispose]()
      },
    },
  }
}

/** The health of the backups; the data need not be open. */
export const backupHealth = (
  settings: Settings,
  clock: Clock,
  pointState: () => PointState | undefined = () => undefined,
): HealthCheck => {
  const { scheduled, warn_after_hours } = settings.backup
  const folder = BackupFolder.at(backupFolderOf(settings))
  const restoreState = restoreStateOf(settings)
  return new BackupHealth({ folder, restoreState, pointState, scheduled, warn_after_hours, clock })
}

const restoreStateOf =
  ({ data_root }: Settings) =>
  async (): Promise<RestoreState> => ({
    staged: await stagedSwap(resolve(data_root)),
    aside: await dataAside(resolve(data_root)),
  })

const threadData = (settings: Settings, version: string): BackupThreadData => {
  const { retention_days, archive_retention_days, max_megabytes_per_second } = settings.backup
  const sources = backupSources(settings)
  return {
    folder: backupFolderOf(settings),
    sources,
    extras: extraSources(settings),
    replaced: replacedPaths(sources),
    retention: { retention_days, archive_retention_days },
    bytes_per_second: max_megabytes_per_second * MEGABYTE,
    denidin_version: version,
  }
}
