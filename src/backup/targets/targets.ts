/** The port of the targets, as operations and jobs use it. */
import type { BackupOptions } from '../backups.ts'
import type { PruneResult } from '../retention.ts'
import type { Verification } from '../verification.ts'
import type { TargetState } from './target-state.ts'

/** The result of one attempt to copy backups to a target. */
export interface TargetResult {
  readonly target: string
  readonly state: 'copied' | 'failed'
  /** How many backups, objects and bytes were copied; a command counts the newest backup alone. */
  readonly backups: number
  readonly objects: number
  readonly bytes: number
  /** Why it failed. */
  readonly problem: string | undefined
}

/** What is known of a target. */
export interface TargetStatus extends TargetState {
  readonly target: string
  readonly type: 'folder' | 's3' | 'command'
  /** Types of backups that are copied there; all but restore points if the list is empty. */
  readonly types: readonly string[]
}

/** The result of deleting expired backups at a target. */
export interface TargetPrune extends Pick<PruneResult, 'kept' | 'objects' | 'bytes'> {
  readonly target: string
  readonly deleted: readonly string[]
  /** `not_supported`: the target has no command for it. */
  readonly state: 'pruned' | 'failed' | 'not_supported'
  readonly problem: string | undefined
}

/** What was brought back from a target. */
export interface Fetched {
  /** The backup that was asked for. */
  readonly backup_id: string
  /** All backups that were copied; the newest is among them, because its erasure log is the latest. */
  readonly copied: readonly string[]
  readonly objects: number
  readonly bytes: number
}

export interface FetchRequest {
  readonly target: string
  readonly backup_id: string
  /** Selects the newest backup that was complete by then, in milliseconds since the Unix epoch. */
  readonly before?: number | undefined
}

export interface CopyOptions extends BackupOptions {
  /** Whether every file there is compared with the one here, and replaced where it differs. */
  readonly repairs?: boolean
}

export interface BackupTargets {
  /** Names of the targets. */
  readonly names: readonly string[]
  status(): Promise<readonly TargetStatus[]>
  /**
   * Tries once to copy to each target, to all at the same time, and repairs there what a verification found damaged.
   * Failures are results.
   */
  copy(options?: CopyOptions): Promise<readonly TargetResult[]>
  /** Copies in the background, and tries again until it succeeds. */
  copySoon(): void
  /** Deletes expired backups at every target. Failures are results. */
  prune(dry_run: boolean, options?: BackupOptions): Promise<readonly TargetPrune[]>
  /** Verifies a backup as it is at a target. @throws DenidinError `not_found` if there is no such target */
  verify(target: string, backup_id: string, options?: BackupOptions): Promise<Verification>
  /** Copies a backup from a target into the folder of the backups. */
  fetch(request: FetchRequest, options?: BackupOptions): Promise<Fetched>
}
