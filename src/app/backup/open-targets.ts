/** Opens the targets of the settings. The library for S3 is loaded when one of them needs it. */
import { CommandTarget, type CommandTargetDeps } from '../../backup/targets/command-target.ts'
import { FolderFiles } from '../../backup/files/folder-files.ts'
import { FolderTarget, type FolderTargetDeps } from '../../backup/targets/folder-target.ts'
import type { BackupTarget } from '../../backup/targets/backup-target.ts'
import type { ListedBucket, ListedTarget } from '../../platform/backup-targets.ts'
import type { Clock } from '../../platform/clock.ts'

export type OpenTargetsDeps = Omit<FolderTargetDeps, 'listed' | 'open'> & Omit<CommandTargetDeps, 'listed'>

export const openTargets = (
  targets: readonly ListedTarget[],
  deps: OpenTargetsDeps,
): ReadonlyMap<string, BackupTarget> => new Map(targets.map(listed => [listed.name, openTarget(listed, deps)]))

const openTarget = (listed: ListedTarget, deps: OpenTargetsDeps): BackupTarget => {
  switch (listed.type) {
    case 'folder':
      return new FolderTarget({ ...deps, listed, open: async () => new FolderFiles(listed.folder, { is_mount: true }) })
    case 's3':
      return new FolderTarget({ ...deps, listed, open: signal => openBucket(listed, deps.clock, signal) })
    case 'command':
      return new CommandTarget({ ...deps, listed })
  }
}

const openBucket = async (target: ListedBucket, clock: Clock, signal: AbortSignal) => {
  const { S3Files } = await import('../../backup/s3/s3-files.ts')
  return new S3Files({ target, clock, signal })
}
