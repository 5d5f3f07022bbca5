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

export interface ShownEvent extends Omit<MigrationEvent, 'status'> {
  /** `staged`: a rollback whose data is replaced by a later start; `interrupted`: its process died. */
  readonly status: MigrationEvent['status'] | 'staged' | 'interrupted'
  /** Whether the backup that was made before is still there. */
  readonly has_backup: boolean
}

export interface MigrationStatus {
  /** The version of this DeniDin. */
  readonly version: string
  /** The version that wrote the data last; `null`: not known. */
  readonly written_by: string | null
  readonly databases: readonly SchemaState[]
  /** Newest first. */
  readonly events: readonly ShownEvent[]
}

export interface RollbackResult extends RestoreResult {
  /** The backup of the data as it was before the rollback; `undefined` if none was made. */
  readonly backup_of_present: string | undefined
  /** The version of DeniDin that the restored data belongs to. */
  readonly data_version: string
  /** The commit of that version; `null`: not known. */
  readonly data_commit: string | null
  /** The tag of that version; `null`: there is none in the working copy. */
  readonly release_tag: string | null
  /** Whether the present version would migrate the data again, so that it is not the one to start. */
  readonly is_older: boolean
}

export interface Migrations {
  status(): Promise<MigrationStatus>
  /**
   * Restores the data of a backup, after a backup of the present data. While the data is open, that is staged for the
   * next start of a version that does not migrate it again.
   * @param backs_up whether the present data is backed up first
   * @throws DenidinError as `Backups.create` and `Backups.restore`
   */
  rollback(backup_id: string, backs_up: boolean, options?: BackupOptions): Promise<RollbackResult>
}
