/** What the thread of backups can be asked. */
import type { AgeSettings } from '../../backup/age/age-forms.ts'
import type { BackupDetails, BackupExtra, BackupPage, BackupSummary, ListedBackup } from '../../backup/backups.ts'
import type { BackupSources } from '../../backup/backup-sources.ts'
import type { BackupType } from '../../backup/manifest.ts'
import type { RestoreRequest, RestoreResult } from '../../backup/restore-backup.ts'
import type { StagedRestore } from '../../backup/swap.ts'
import type { PruneResult, Retention } from '../../backup/retention.ts'
import type { Fetched, FetchRequest, TargetPrune, TargetResult } from '../../backup/targets/targets.ts'
import type { ListedTarget } from '../../platform/backup-targets.ts'
import type { UrgentWorkCount } from '../../platform/urgent-work.ts'
import type { Verification } from '../../backup/verification.ts'

/** The thread has no clock of its own for what is written down. */
interface Timed {
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

export interface BackupRequests {
  readonly 'backup.create': {
    readonly input: Timed & {
      readonly type: BackupType
      readonly extras: readonly BackupExtra[]
      /** Handles of the databases by their paths, which are the same in all threads of a process. */
      readonly handles: Readonly<Record<string, number>>
    }
    readonly output: BackupSummary
  }
  readonly 'backup.list': {
    readonly input: BackupPage
    readonly output: readonly ListedBackup[]
  }
  readonly 'backup.show': { readonly input: string; readonly output: BackupDetails }
  readonly 'backup.verify': {
    readonly input: Timed & {
      readonly backup_id: string
      /** The target whose copy is verified; `undefined`: the folder of the backups. */
      readonly from?: string
    }
    readonly output: Verification
  }
  readonly 'backup.copy': {
    readonly input: Timed & {
      readonly target: string
      /** Whether everything there is compared with what is here, and replaced where it differs. */
      readonly repairs: boolean
    }
    readonly output: TargetResult
  }
  readonly 'backup.fetch': { readonly input: Timed & FetchRequest; readonly output: Fetched }
  readonly 'backup.prune_target': {
    readonly input: Timed & { readonly target: string; readonly dry_run: boolean }
    readonly output: TargetPrune
  }
  readonly 'backup.prune': { readonly input: Timed & { readonly dry_run: boolean }; readonly output: PruneResult }
  readonly 'backup.restore': {
    readonly input: Timed & RestoreRequest & { readonly is_open: boolean }
    readonly output: RestoreResult
  }
  readonly 'backup.cancel_restore': { readonly input: undefined; readonly output: StagedRestore | undefined }
}

/** What the thread is started with. */
export interface BackupThreadData {
  /** Folder of the backups. */
  readonly folder: string
  readonly sources: BackupSources
  /** Folders that are copied on request. */
  readonly extras: Readonly<Record<BackupExtra, BackupSources['folders'][number]>>
  /** See `RestoreDeps`. */
  readonly replaced: readonly string[]
  readonly retention: Retention
  readonly targets: readonly ListedTarget[]
  readonly encryption: AgeSettings
  readonly bytes_per_second: number
  /** The answers of the bot, which go first. */
  readonly urgent_work: UrgentWorkCount
  readonly denidin_version: string
}
