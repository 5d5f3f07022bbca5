/** Makes a backup before the data is migrated, records migrations, and takes them back. */
import type { Backups } from '../../backup/backups.ts'
import {
  DROPPED,
  isWaiting,
  MigrationHistory,
  type MigrationEvent,
  type Writer,
} from '../../backup/migration-history.ts'
import type { Migrations, SchemaState, ShownEvent } from '../../backup/migrations.ts'
import { join, relative, resolve } from 'node:path'
import { schemaIn } from '../../database/sqlite/schema-state.ts'
import type { Settings } from '../../config/settings.ts'
import { dataAside, stagedSwap, stagingFolder, type StagedRestore } from '../../backup/swap.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { fromRoot } from '../bootstrap.ts'
import type { Runtime } from '../runtime.ts'
import { createWorkingCopy, type WorkingCopy } from '../working-copy.ts'
import { backupSources } from './backup-sources.ts'
import { createBackups } from './backups.ts'

export interface MigrationsDeps {
  readonly settings: Settings
  readonly version: string
  readonly clock: Clock
  readonly backups: Pick<Backups, 'create' | 'show' | 'restore' | 'has' | 'restoreState'>
  readonly workingCopy?: WorkingCopy
}

const INSTALLED = createWorkingCopy(fromRoot())

export const createMigrations = ({
  settings,
  version,
  clock,
  backups,
  workingCopy = INSTALLED,
}: MigrationsDeps): Migrations => {
  const history = new MigrationHistory(settings.data_root)
  return {
    status: async () => {
      const { staged } = await backups.restoreState()
      const waits = staged?.rollback === true ? staged.backup_id : undefined
      const events = [...(await history.events())].reverse().map(async each => ({
        ...each,
        ...shownState(each, waits),
        has_backup: each.backup_id !== null && (await backups.has(each.backup_id)),
      }))
      const [{ version: written_by }, ...all] = await Promise.all([history.writtenBy(), ...events])
      return { version, written_by, databases: await schemasOf(settings), events: all }
    },
    rollback: async (backup_id, backs_up, options) => {
      if (backup_id.trim().toLowerCase() === 'latest') throw mustName()
      const { id, denidin_version } = await backups.show(backup_id)
      // The migration or the rollback before which the backup was made.
      const earlier = (await history.events()).find(each => each.backup_id === id)
      const data_version = earlier?.from_version ?? denidin_version
      const data_commit = earlier?.from_commit ?? null
      const tag = `v${data_version}`
      const release_tag = (await workingCopy.hasTag(tag)) ? tag : null
      const from = await history.writtenBy()
      const record = recordOfRollback(history, clock, { from, to: data_version, restores: id })
      try {
        // Before anything changes: after a crash, the next migration must not take an earlier backup for its own.
        await record('started')
        const backup_of_present = backs_up ? await backupOfPresent(backups, options) : undefined
        await record('started', backup_of_present)
        const restored = await backups.restore({ backup_id: id, include_login: false, rollback: true }, options)
        await record(restored.outcome === 'staged' ? 'staged' : 'completed', backup_of_present)
        if (restored.outcome === 'restored') await history.writes({ version: data_version, commit: data_commit })
        const is_older = (await pendingOfRestored(settings)).length > 0
        return { ...restored, backup_of_present, data_version, data_commit, release_tag, is_older }
      } catch (error) {
        await record('failed', undefined, asDenidinError(error).message)
        throw error
      }
    },
  }
}

/** Writes the state of one rollback; a backup that was recorded stays recorded. */
const recordOfRollback = (
  history: MigrationHistory,
  clock: Clock,
  { from, to, restores }: { readonly from: Writer; readonly to: string; readonly restores: string },
): ((status: MigrationEvent['status'] | 'staged', backup_id?: string, error?: string) => Promise<void>) => {
  const started_at = isoTime(clock.now())
  let saved: string | undefined
  return async (status, backup_id, error) => {
    saved ??= backup_id
    await history.record({
      kind: 'rollback',
      started_at,
      completed_at: status === 'started' || status === 'staged' ? null : isoTime(clock.now()),
      // Versions that know of no staged rollbacks take it for one that was begun.
      status: status === 'staged' ? 'started' : status,
      staged: status === 'staged',
      from_version: from.version,
      from_commit: from.commit,
      to_version: to,
      databases: [],
      backup_id: saved ?? null,
      error: error ?? null,
      restores,
    })
  }
}

/**
 * Names the migrations and rollbacks that an earlier process did not end. The caller owns the data folder.
 * @param say tells the operator
 */
export const settleMigrations = async (
  data_root: string,
  logger: Logger,
  say: (sentence: string) => void,
): Promise<void> => {
  const staged = await stagedSwap(data_root)
  const waits = staged?.rollback === true ? staged.backup_id : undefined
  const unended = await new MigrationHistory(data_root).settle(await dataAside(data_root), waits)
  for (const { kind, started_at, restores } of unended) {
    logger.warn('A migration or rollback was interrupted', { kind, started_at, backup: restores })
    say(
      kind === 'rollback'
        ? `The rollback of ${started_at} was interrupted, and the data is as before it. To roll back, repeat: denidin migrate rollback ${restores ?? '<backup>'}`
        : `The migration of ${started_at} was interrupted; opening the data completes it.`,
    )
  }
}

const isoTime = (at: number): string => new Date(at).toISOString()

/** After an interrupted rollback, the latest backup would be that of the data to get away from. */
const mustName = (): DenidinError =>
  new DenidinError(
    'invalid_input',
    'a rollback needs the id of a backup, because the latest one may be of the data after the migration: `denidin migrate status` shows which was made before it',
  )

/** What became of an event, as the operator sees it. @param waits the backup whose rollback waits for its start */
const shownState = (event: MigrationEvent, waits: string | undefined): Pick<ShownEvent, 'status' | 'error'> => {
  const { status, error, interrupted, staged } = event
  if (interrupted === true) return { status: 'interrupted', error }
  if (status !== 'started') return { status, error }
  if (isWaiting(event, waits)) return { status: 'staged', error }
  return staged === true ? { status: 'failed', error: DROPPED } : { status, error }
}

/** An empty data folder needs no backup. */
const backupOfPresent = async (
  backups: Pick<Backups, 'create'>,
  options: Parameters<Backups['create']>[2],
): Promise<string | undefined> => {
  try {
    return (await backups.create('incremental', [], options)).id
  } catch (error) {
    const { code, message } = asDenidinError(error)
    if (code === 'not_found') return undefined
    throw new DenidinError(code, `${message}. With --no-backup, the old data is only put aside.`, { cause: error })
  }
}

/** @param folder where the databases are: the data folder, or that of a staged restore */
const schemasOf = async (settings: Settings, folder = settings.data_root): Promise<readonly SchemaState[]> => {
  // Commands that only look at backups load no stores.
  const { KNOWN_MIGRATIONS } = await import('./known-migrations.ts')
  return backupSources(settings).databases.map(({ name, path: own }) => {
    const path = join(folder, relative(resolve(settings.data_root), own))
    const known = [...(KNOWN_MIGRATIONS.get(name) ?? [])]
    const applied = schemaIn(path)
    const done = new Set(applied)
    return { name, path, applied, pending: applied === undefined ? [] : known.filter(id => !done.has(id)) }
  })
}

/** The migrations that this version would run on the data of a restore, which may be staged. */
const pendingOfRestored = async (settings: Settings): Promise<readonly string[]> => {
  const staged = await stagedSwap(settings.data_root)
  if (staged !== undefined) return await migrationsOfStaged(settings, staged)
  return (await schemasOf(settings)).flatMap(({ pending }) => pending)
}

/** The migrations that this version would run on the data of a staged restore. */
export const migrationsOfStaged = async (
  settings: Settings,
  { in: moved }: StagedRestore,
): Promise<readonly string[]> => {
  const schemas = await schemasOf(settings, stagingFolder(settings.data_root))
  const staged = new Set(moved.map(path => join(stagingFolder(settings.data_root), path)))
  return schemas.filter(({ path }) => staged.has(path)).flatMap(({ pending }) => pending)
}

export interface MigrationRunDeps {
  readonly settings: Settings
  readonly version: string
  readonly runtime: Pick<Runtime, 'clock' | 'ids' | 'logger'>
  /** Tells the operator who starts the bot. */
  readonly say?: (sentence: string) => void
  readonly workingCopy?: WorkingCopy
}

/**
 * Opens the data, after a backup if that migrates it, and records the migration. The caller owns the data folder.
 * @throws DenidinError of the backup, with the way out; whatever opening throws
 */
export const withBackupBeforeMigration = async <T>(deps: MigrationRunDeps, open: () => Promise<T>): Promise<T> => {
  const { settings, version, runtime, workingCopy = INSTALLED } = deps
  const { clock } = runtime
  // Git answers while the data is opened.
  const commit = workingCopy.commit()
  const history = new MigrationHistory(settings.data_root)
  const pending = (await schemasOf(settings)).filter(each => each.pending.length > 0)
  const earlier = attemptAt(pending, version, await history.events())
  // A database that is not opened at the start, such as the archive, stays pending until it is used.
  if (pending.length === 0 || earlier?.status === 'completed') {
    const opened = await open()
    await history.writes({ version, commit: await commit })
    return opened
  }
  const before = await history.writtenBy()
  const started = {
    kind: 'migration',
    started_at: isoTime(clock.now()),
    from_version: before.version,
    from_commit: before.commit,
    to_version: version,
    databases: pending.map(each => ({ name: each.name, migrations: [...each.pending] })),
    backup_id: settings.backup.before_migration ? (earlier?.backup_id ?? (await backUp(deps))) : null,
  } as const
  const record = async (ended: Pick<MigrationEvent, 'status' | 'completed_at' | 'error'>): Promise<void> => {
    await history.record({ ...started, databases: [...started.databases], ...ended })
  }
  await record({ status: 'started', completed_at: null, error: null })
  try {
    const opened = await open()
    await record({ status: 'completed', completed_at: isoTime(clock.now()), error: null })
    await history.writes({ version, commit: await commit })
    return opened
  } catch (error) {
    const { message } = asDenidinError(error)
    await record({ status: 'failed', completed_at: isoTime(clock.now()), error: message })
    throw error
  }
}

/** The last attempt of this version at the same migrations since the last rollback: its backup is of the same data. */
const attemptAt = (
  pending: readonly SchemaState[],
  version: string,
  events: readonly MigrationEvent[],
): MigrationEvent | undefined => {
  const ids = pending.flatMap(each => each.pending)
  const since = events.slice(events.findLastIndex(({ kind }) => kind === 'rollback') + 1)
  return since.findLast(({ to_version, databases }) => {
    const tried = new Set(databases.flatMap(({ migrations }) => migrations))
    return to_version === version && ids.every(id => tried.has(id))
  })
}

/** @returns the id of the backup */
const backUp = async ({ settings, version, runtime, say }: MigrationRunDeps): Promise<string> => {
  const log = runtime.logger.for('backup')
  say?.('This version migrates the data: making a backup first …')
  const backups = createBackups({ settings, version, runtime, copied: () => undefined, is_open: false })
  try {
    const { id } = await backups.create('full', [])
    log.info('A backup was made before the data is migrated', { backup: id })
    return id
  } catch (error) {
    const { code, message, retryable } = asDenidinError(error)
    throw new DenidinError(
      code,
      `this version migrates the data, and the backup before that cannot be made: ${message}. Make room, set backup.folder to another disk, or set backup.before_migration to false.`,
      { cause: error, retryable },
    )
  } finally {
    await backups.module.stop?.()
  }
}
