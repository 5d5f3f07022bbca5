/** The port of backups, as operations and jobs use it. */
import type { BackupType, StoredTable } from './manifest.ts'
import type { PruneResult } from './retention.ts'
import type { RestoreRequest, RestoreResult } from './restore-backup.ts'
import type { DataAside, StagedRestore } from './swap.ts'
import type { Verification } from './verification.ts'

/** What a backup contains besides the data. */
export const BACKUP_EXTRAS = ['exports', 'logs', 'login'] as const
export type BackupExtra = (typeof BACKUP_EXTRAS)[number]

/** A backup without its list of pieces. */
export interface BackupSummary {
  readonly id: string
  readonly type: BackupType
  readonly created_at: string
  readonly parent: string | null
  readonly denidin_version: string
  /** Size of what it restores. */
  readonly bytes: number
  /** What it takes on the disk in addition to those before it. */
  readonly new_bytes: number
  /** Rows of the table `messages`; `undefined`: it is a restore point, which does not count them, or is encrypted. */
  readonly messages: number | undefined
  readonly encrypted: boolean
  /** Why its content cannot be shown: it is encrypted, and its key is not here. `undefined`: it can. */
  readonly sealed: string | undefined
  /** `undefined`: it was not verified. */
  readonly verification: Verification | undefined
}

export interface BackupDetails extends BackupSummary {
  readonly databases: readonly {
    readonly name: string
    readonly path: string
    readonly bytes: number
    readonly tables: readonly StoredTable[]
  }[]
  readonly folders: readonly {
    readonly name: string
    readonly path: string
    readonly files: number
    readonly bytes: number
  }[]
}

/** One backup of a list; `problem` says why it cannot be read. */
export type ListedBackup = BackupSummary | { readonly id: string; readonly problem: string }

/** What restores have left in the data folder. */
export interface RestoreState {
  /** The restore that waits for the next start. */
  readonly staged: StagedRestore | undefined
  /** Old data that the operator has not deleted, newest first. */
  readonly aside: readonly DataAside[]
}

export interface BackupPage {
  readonly limit: number
  readonly before?: string | undefined
  /** Whether restore points are listed too; by default they are not. */
  readonly points?: boolean
}

/** The restore points of a folder. */
export interface PointSpan {
  readonly count: number
  /** ISO 8601. */
  readonly oldest: string | undefined
  readonly newest: string | undefined
}

export interface BackupOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?:
    ((step: { readonly done: number; readonly total?: number; readonly unit: string }) => void) | undefined
}

export interface Backups {
  /** Folder of the backups. */
  readonly folder: string
  /**
   * A restore point is made only if something has changed since the newest backup, which is returned otherwise.
   * @param extras in addition to those of the settings
   */
  create(type: BackupType, extras: readonly BackupExtra[], options?: BackupOptions): Promise<BackupSummary>
  /** Newest first, before `before`. */
  list(page: BackupPage): Promise<readonly ListedBackup[]>
  /** How many restore points there are, and from when to when. */
  points(): Promise<PointSpan>
  /** Whether there is a backup with this id. */
  has(backup_id: string): Promise<boolean>
  show(backup_id: string): Promise<BackupDetails>
  verify(backup_id: string, options?: BackupOptions): Promise<Verification>
  prune(dry_run: boolean): Promise<PruneResult>
  /** While the data is open, the restore is staged for the next start. */
  restore(request: RestoreRequest, options?: BackupOptions): Promise<RestoreResult>
  restoreState(): Promise<RestoreState>
  /** Drops the staged restore. @returns what was dropped; `undefined` if none was staged */
  cancelRestore(): Promise<StagedRestore | undefined>
}
