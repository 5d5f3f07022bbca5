/** The port of a target: a place beside the folder of the backups where copies of them are kept. */
import type { ListedTarget } from '../../platform/backup-targets.ts'
import type { BackupFolder } from '../backup-folder.ts'
import type { WorkCall } from '../backup-sources.ts'
import type { PruneResult, Retention } from '../retention.ts'
import type { Copied } from './copy-backups.ts'

/** What one attempt to copy did. */
export interface TargetCopy extends Copied {
  /** Ids of the backups that are there now, oldest first. */
  readonly there: readonly string[]
}

export interface BackupTarget {
  readonly listed: ListedTarget
  /**
   * Copies the backups that belong there and are missing.
   * @throws DenidinError `unavailable`, `rejected`, `damaged`; the reason of the signal
   */
  copy(now: number, call: WorkCall): Promise<TargetCopy>
  /** Deletes expired backups there; `undefined` if the target does not support it. */
  prune(retention: Retention, now: number, dry_run: boolean, call: WorkCall): Promise<PruneResult | undefined>
  /**
   * Calls `act` with the backups of the target, to verify them or to copy them back.
   * @param work_folder for what has to be brought here first; the caller deletes it
   * @throws DenidinError `disabled` if nothing can be brought back from there
   */
  read<T>(work_folder: string, call: WorkCall, act: (folder: BackupFolder) => Promise<T>): Promise<T>
}
