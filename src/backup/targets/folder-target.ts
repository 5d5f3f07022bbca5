/** A target whose files DeniDin reads and writes itself: a folder, or a store with an interface to files. */
import type { ListedTarget } from '../../platform/backup-targets.ts'
import { BackupFolder } from '../backup-folder.ts'
import type { WorkCall } from '../backup-sources.ts'
import type { BackupFiles } from '../files/backup-files.ts'
import { readBackupId } from '../manifest.ts'
import { expiredBackups, pruneBackups, type PruneResult, type Retention } from '../retention.ts'
import type { Throttle } from '../throttle.ts'
import type { BackupTarget, CopyRequest, TargetCopy } from './backup-target.ts'
import { copyBackups, repairBackups, requireSameInstallation } from './copy-backups.ts'

export interface FolderTargetDeps {
  readonly listed: ListedTarget
  /** The folder of the backups. */
  readonly folder: BackupFolder
  readonly retention: Retention
  readonly throttle: Throttle
  /** Opens the files of the target for one call. */
  readonly open: (signal: AbortSignal) => Promise<BackupFiles & Partial<Disposable>>
}

export class FolderTarget implements BackupTarget {
  readonly listed: ListedTarget
  readonly #deps: FolderTargetDeps

  constructor(deps: FolderTargetDeps) {
    this.#deps = deps
    this.listed = deps.listed
  }

  async copy({ now, repair }: CopyRequest, call: WorkCall): Promise<TargetCopy> {
    const { folder: from, retention, throttle } = this.#deps
    return await this.#with(call, async to => {
      await requireSameInstallation(from, to)
      const there = await to.ids()
      const here = await from.ids()
      const repaired = there.filter(id => (repair === 'all' || repair.includes(id)) && here.includes(id))
      const mended = await repairBackups({ from, to, throttle }, repaired, call)
      const wanted = wantedBackups(here, there, this.listed, retentionOf(this.listed, retention), now)
      const { backups, objects, bytes } = await copyBackups({ from, to, throttle }, wanted, call)
      return {
        backups,
        objects: objects + mended.objects,
        bytes: bytes + mended.bytes,
        there: [...new Set([...there, ...backups])].sort(),
        repaired,
      }
    })
  }

  async prune(retention: Retention, now: number, dry_run: boolean, call: WorkCall): Promise<PruneResult> {
    return await this.#with(call, async to => {
      await requireSameInstallation(this.#deps.folder, to)
      return await pruneBackups(to, retentionOf(this.listed, retention), now, dry_run)
    })
  }

  async read<T>(_work_folder: string, call: WorkCall, act: (folder: BackupFolder) => Promise<T>): Promise<T> {
    return await this.#with(call, act)
  }

  async #with<T>({ signal }: WorkCall, act: (folder: BackupFolder) => Promise<T>): Promise<T> {
    const files = await this.#deps.open(signal)
    try {
      return await act(new BackupFolder(files, this.#deps.folder.forms))
    } finally {
      files[Symbol.dispose]?.()
    }
  }
}

/** How long a target keeps backups. */
const retentionOf = ({ retention_days, archive_retention_days }: ListedTarget, usual: Retention): Retention => ({
  retention_days: retention_days ?? usual.retention_days,
  archive_retention_days: archive_retention_days ?? usual.archive_retention_days,
})

/** Ids of the backups that belong to a target and are not there, newest first: the newest protects most. */
export const wantedBackups = (
  here: readonly string[],
  there: readonly string[],
  { types }: Pick<ListedTarget, 'types'>,
  retention: Retention,
  now: number,
): readonly string[] => {
  const chosen = here.filter(id => {
    const type = readBackupId(id)?.type ?? ''
    return types.length === 0 ? type !== 'point' : types.includes(type)
  })
  const all = [...new Set([...there, ...chosen])].sort()
  const expired = new Set(
    expiredBackups(
      all.map(id => ({ id, in_order: undefined })),
      retention,
      now,
    ),
  )
  const known = new Set(there)
  return chosen.filter(id => !known.has(id) && !expired.has(id)).toReversed()
}
