/** The port of a target: a place beside the folder of the backups where copies of them are kept. */
import type { ListedTarget } from '../../platform/backup-targets.ts'
import type { BackupFolder } from '../backup-folder.ts'
import type { WorkCall } from '../backup-sources.ts'
import type { PruneResult, Retention } from '../retention.ts'
import type { Copied } from './copy-backups.ts'

/** What to copy. */
export interface CopyRequest {
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** Backups there whose files are compared with those here, and replaced where they differ; `all`: every one. */
  readonly repair: readonly string[] | 'all'
}

/** What one attempt to copy did. */
export interface TargetCopy extends Copied {
  /** Ids of the backups that are there now, oldest first. */
  readonly there: readonly string[]
  /** Ids of the backups that were compared, and are as they are here now. */
  readonly repaired: readonly string[]
}

export interface BackupTarget {
  readonly listed: ListedTarget
  /**
   * Copies the backups that belong there and are missing, and repairs others on request.
   * @throws DenidinError `unavailable`, `rejected`, `damaged`; the reason of the signal
   */
  copy(request: CopyRequest, call: WorkCall): Promise<TargetCopy>
  /** Deletes expired backups there; `undefined` if the target does not support it. */
  prune(retention: Retention, now: number, dry_run: boolean, call: WorkCall): Promise<PruneResult | undefined>
  /**
   * Calls `act` with the backups of the target, to verify them or to copy them back.
   * @param work_folder for what has to be brought here first; the caller deletes it
   * @throws DenidinError `disabled` if nothing can be brought back from there
   */
  read<T>(work_folder: string, call: WorkCall, act: (folder: BackupFolder) => Promise<T>): Promise<T>
}
