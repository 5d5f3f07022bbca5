/** Makes a backup before the data is migrated, records migrations, and takes them back. */
import type { Backups } from '../../backup/backups.ts'
import { MigrationHistory, type MigrationEvent } from '../../backup/migration-history.ts'
import type { Migrations, SchemaState } from '../../backup/migrations.ts'
import { schemaIn } from '../../database/sqlite/schema-state.ts'
import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Runtime } from '../runtime.ts'
import { backupSources } from './backup-sources.ts'
import { createBackups } from './backups.ts'

export interface MigrationsDeps {
  readonly settings: Settings
  readonly version: string
  readonly clock: Clock
  readonly backups: Pick<Backups, 'create' | 'show' | 'restore' | 'has'>
  /** Whether stores are open. */
  readonly is_open: boolean
}

export const createMigrations = ({ settings, version, clock, backups, is_open }: MigrationsDeps): Migrations => {
  const history = new MigrationHistory(settings.data_root)
  return {
    status: async () => {
      const events = [...(await history.events())].reverse().map(async each => ({
        ...each,
        has_backup: each.backup_id !== null && (await backups.has(each.backup_id)),
      }))
      const [written_by, ...all] = await Promise.all([history.writtenBy(), ...events])
      return { version, written_by, databases: await schemasOf(settings), events: all }
    },
    rollback: async (backup_id, backs_up, options) => {
      if (is_open) throw mustStop()
      if (backup_id.trim().toLowerCase() === 'latest') throw mustName()
      const { id, denidin_version } = await backups.show(backup_id)
      const earlier = (await history.events()).find(each => each.backup_id === id && each.kind === 'migration')
      const data_version = earlier?.from_version ?? denidin_version
      const record = recordOfRollback(history, clock, { from: await history.writtenBy(), to: data_version })
      try {
        // Before anything changes: after a crash, the next migration must not take an earlier backup for its own.
        await record('started')
        const backup_of_present = backs_up ? await backupOfPresent(backups, options) : undefined
        await record('started', backup_of_present)
        const restored = await backups.restore({ backup_id: id, include_login: false }, options)
        await record('completed', backup_of_present)
        await history.writes(data_version)
        return { ...restored, backup_of_present, data_version }
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
  { from, to }: { readonly from: string | null; readonly to: string },
): ((status: MigrationEvent['status'], backup_id?: string, error?: string) => Promise<void>) => {
  const started_at = isoTime(clock.now())
  let saved: string | undefined
  return async (status, backup_id, error) => {
    saved ??= backup_id
    await history.record({
      kind: 'rollback',
      started_at,
      completed_at: status === 'started' ? null : isoTime(clock.now()),
      status,
      from_version: from,
      to_version: to,
      databases: [],
      backup_id: saved ?? null,
      error: error ?? null,
    })
  }
}

const isoTime = (at: number): string => new Date(at).toISOString()

/** After an interrupted rollback, the latest backup would be that of the data to get away from. */
const mustName = (): DenidinError =>
  new DenidinError(
    'invalid_input',
    'a rollback needs the id of a backup, because the latest one may be of the data after the migration: `denidin migrate status` shows which was made before it',
  )

const mustStop = (): DenidinError =>
  new DenidinError(
    'already_running',
    'the bot must be stopped for a rollback, because the other version has to start with the restored data: run ./stop_denidin.sh first',
  )

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

const schemasOf = async (settings: Settings): Promise<readonly SchemaState[]> => {
  // Commands that only look at backups load no stores.
  const { KNOWN_MIGRATIONS } = await import('./known-migrations.ts')
  return backupSources(settings).databases.map(({ name, path }) => {
    const known = [...(KNOWN_MIGRATIONS.get(name) ?? [])]
    const applied = schemaIn(path)
    const done = new Set(applied)
    return { name, path, applied, pending: applied === undefined ? [] : known.filter(id => !done.has(id)) }
  })
}

export interface MigrationRunDeps {
  readonly settings: Settings
  readonly version: string
  readonly runtime: Pick<Runtime, 'clock' | 'ids' | 'logger'>
  /** Tells the operator who starts the bot. */
  readonly say?: (sentence: string) => void
}

/**
 * Opens the data, after a backup if that migrates it, and records the migration. The caller owns the data folder.
 * @throws DenidinError of the backup, with the way out; whatever opening throws
 */
export const withBackupBeforeMigration = async <T>(deps: MigrationRunDeps, open: () => Promise<T>): Promise<T> => {
  const { settings, version, runtime } = deps
  const { clock } = runtime
  const history = new MigrationHistory(settings.data_root)
  const pending = (await schemasOf(settings)).filter(each => each.pending.length > 0)
  const earlier = attemptAt(pending, version, await history.events())
  // A database that is not opened at the start, such as the archive, stays pending until it is used.
  if (pending.length === 0 || earlier?.status === 'completed') {
    const opened = await open()
    await history.writes(version)
    return opened
  }
  const started = {
    kind: 'migration',
    started_at: isoTime(clock.now()),
    from_version: await history.writtenBy(),
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
    await history.writes(version)
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
