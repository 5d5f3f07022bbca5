/** Backups as the app sees them: their thread, and the module that stops it. */
import { join, resolve } from 'node:path'
import type { BackupKeys } from '../../backup/age/key-file.ts'
import { BackupFolder } from '../../backup/backup-folder.ts'
import { FolderFiles } from '../../backup/files/folder-files.ts'
import { BackgroundBackup } from '../../backup/background-backup.ts'
import { BackupHistory } from '../../backup/backup-history.ts'
import { BackupDrills } from '../../backup/drills.ts'
import { BackupHealth, type EncryptionState } from '../../backup/backup-health.ts'
import { BACKUP_EXTRAS, type Backups, type RestoreState } from '../../backup/backups.ts'
import type { PointState } from '../../backup/point-schedule.ts'
import { DatabaseFiles } from '../../backup/sqlite/page-image.ts'
import { TargetStates } from '../../backup/targets/target-state.ts'
import { dataAside, stagedSwap } from '../../backup/swap.ts'
import type { Settings } from '../../config/settings.ts'
import type { Module } from '../../lifecycle/module.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { remove } from '../../platform/files.ts'
import type { HealthCheck } from '../../platform/health.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import { urgentWork } from '../../platform/urgent-work.ts'
import type { Runtime } from '../runtime.ts'
import type { BackupRequests, BackupThreadData } from './backup-requests.ts'
import { createBackupKeys } from './backup-keys.ts'
import { backupFolderOf } from '../../config/backup-folder.ts'
import { backupSources, extraSources, replacedPaths } from './backup-sources.ts'
import { createPoints, handlesOf, spanOf } from './points.ts'
import { recordedBackups } from './recorded-backups.ts'
import { TargetCopies, targetStatus } from './target-copies.ts'
import { workFolderOf } from './work-folder.ts'

/** The thread runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const THREAD_MAIN = new URL(import.meta.url.replace(/backups(\.[jt]s)$/, 'backup-thread-main$1'))

/** Time without a request after which the thread ends. */
const IDLE_MS = MINUTE_MS
const MEGABYTE = 2 ** 20
/** Below the data folder: it also tells of backups whose folder could not be written. */
const HISTORY = 'backup-history.jsonl'

export interface AppBackups extends Backups {
  readonly module: Module
  readonly targets: TargetCopies
  readonly drills: BackupDrills
  readonly history: BackupHistory
  readonly background: BackgroundBackup
  readonly keys: BackupKeys
}

export interface BackupsDeps {
  readonly settings: Settings
  readonly version: string
  readonly runtime: Pick<Runtime, 'clock' | 'ids' | 'logger'>
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
  const files = new FolderFiles(data.folder)
  const folder = new BackupFolder(files)
  const open_files = new DatabaseFiles()
  const restoreState = restoreStateOf(settings)
  const targets = createTargets(settings, files, thread, runtime)
  const createNow: Backups['create'] = async (type, extras, options) => {
    try {
      const all = BACKUP_EXTRAS.filter(each => include.includes(each) || extras.includes(each))
      const handles = type === 'point' ? handlesOf(open_files, databases) : {}
      const made = await thread.request('backup.create', { now: clock.now(), type, extras: all, handles }, options)
      if (type === 'point') targets.copyPointsSoon()
      return made
    } finally {
      copied()
    }
  }
  const history = new BackupHistory(join(data_root, HISTORY), clock)
  const { create, verify } = recordedBackups(
    {
      create: createNow,
      verify: (backup_id, options) => thread.request('backup.verify', { now: clock.now(), backup_id }, options),
    },
    history,
    runtime.logger,
  )
  const points = createPoints(settings, databases, { create, ...runtime })
  return {
    folder: data.folder,
    create,
    list: page => thread.request('backup.list', page),
    points: async () => spanOf(await folder.ids()),
    has: async backup_id => (await folder.ids()).includes(backup_id),
    show: backup_id => thread.request('backup.show', backup_id),
    verify,
    prune: dry_run => thread.request('backup.prune', { now: clock.now(), dry_run }),
    restore: (request, options) => thread.request('backup.restore', { now: clock.now(), is_open, ...request }, options),
    restoreState,
    cancelRestore: () => thread.request('backup.cancel_restore', undefined),
    targets,
    history,
    keys: createBackupKeys(settings, clock),
    drills: createDrills(settings, { verify, targets, folder, history, ...runtime }),
    background: new BackgroundBackup({ create, made: targets.copySoon.bind(targets), clock }),
    module: {
      name: 'backups',
      health: [backupHealth(settings, clock, () => points?.state)],
      start: async () => {
        await remove(workFolderOf(data_root))
        points?.start()
        await targets.resume()
      },
      stop: async () => {
        await points?.[Symbol.asyncDispose]()
        // The background work ends when the thread has cancelled its requests.
        await Promise.all([targets[Symbol.asyncDispose](), thread[Symbol.asyncDispose]()])
        open_files[Symbol.dispose]()
      },
    },
  }
}

const createTargets = (
  { backup }: Settings,
  files: FolderFiles,
  thread: RequestThread<BackupRequests>,
  { clock, ids, logger }: BackupsDeps['runtime'],
): TargetCopies =>
  new TargetCopies({
    targets: backup.targets,
    states: new TargetStates(files),
    thread,
    ids: () => new BackupFolder(files).ids(),
    clock,
    random: ids,
    logger,
  })

interface DrillParts extends Pick<Backups, 'verify'>, Pick<Runtime, 'ids'> {
  readonly targets: TargetCopies
  readonly folder: BackupFolder
  readonly history: BackupHistory
}

const createDrills = ({ backup }: Settings, { verify, targets, folder, history, ids }: DrillParts): BackupDrills =>
  new BackupDrills({
    backups: { verify },
    targets,
    listed: backup.targets,
    ids: () => folder.ids(),
    history,
    random: ids,
  })

/** What operations use of the backups. */
export const backupContext = (backups: AppBackups) => {
  const { targets, drills, history, background, keys } = backups
  return { backups, targets, drills, history, background, keys }
}

/** The health of the backups; the data need not be open. */
export const backupHealth = (
  settings: Settings,
  clock: Clock,
  pointState: () => PointState | undefined = () => undefined,
): HealthCheck => {
  const { scheduled, warn_after_hours, encryption } = settings.backup
  const files = new FolderFiles(backupFolderOf(settings))
  const states = new TargetStates(files)
  return new BackupHealth({
    folder: new BackupFolder(files),
    restoreState: restoreStateOf(settings),
    targets: { status: () => targetStatus(settings.backup.targets, states) },
    history: new BackupHistory(join(resolve(settings.data_root), HISTORY), clock),
    pointState,
    encryption: encryptionState(encryption),
    scheduled,
    warn_after_hours,
    clock,
  })
}

const encryptionState = ({ recipients, identity_file }: Settings['backup']['encryption']): EncryptionState =>
  recipients.length === 0 ? 'off' : identity_file === undefined ? 'write_only' : 'on'

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
    targets: settings.backup.targets,
    encryption: settings.backup.encryption,
    bytes_per_second: max_megabytes_per_second * MEGABYTE,
    urgent_work: urgentWork,
    denidin_version: version,
  }
}
