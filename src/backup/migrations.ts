/** The port of the migrations of the data, as operations use it. */
import type { BackupOptions } from './backups.ts'
import type { MigrationEvent } from './migration-history.ts'
import type { RestoreResult } from './restore-backup.ts'

/** The schema of one database. */
export interface SchemaState {
  readonly name: string
  readonly path: string
  /** Ids of the migrations that it has been through, sorted; `undefined`: there is none, or it cannot be read. */
  readonly applied: readonly string[] | undefined
  /** Ids of those that the next start runs, in their order. */
  readonly pending: readonly string[]
}

export interface MigrationStatus {
  /** The version of this DeniDin. */
  readonly version: string
  /** The version that wrote the data last; `null`: not known. */
  readonly written_by: string | null
  readonly databases: readonly SchemaState[]
  /** Newest first; `has_backup` says whether the backup that was made before is still there. */
  readonly events: readonly (MigrationEvent & { readonly has_backup: boolean })[]
}

export interface RollbackResult extends RestoreResult {
  /** The backup of the data as it was before the rollback; `undefined` if none was made. */
  readonly backup_of_present: string | undefined
  /** The version of DeniDin that the restored data belongs to. */
  readonly data_version: string
}

export interface Migrations {
  status(): Promise<MigrationStatus>
  /**
   * Restores the data of a backup, after a backup of the present data.
   * @param backs_up whether the present data is backed up first
   * @throws DenidinError `already_running` while the bot runs, and as `Backups.create` and `Backups.restore`
   */
  rollback(backup_id: string, backs_up: boolean, options?: BackupOptions): Promise<RollbackResult>
}
