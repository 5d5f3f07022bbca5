/** A target that a command fills, such as rclone or restic. DeniDin cannot look at what is there. */
import { join } from 'node:path'
import type { ListedCommand } from '../../platform/backup-targets.ts'
import { DenidinError } from '../../platform/errors.ts'
import { makePrivateFolder } from '../../platform/files.ts'
import { BackupFolder } from '../backup-folder.ts'
import type { WorkCall } from '../backup-sources.ts'
import type { Retention } from '../retention.ts'
import { runCommand, type CommandDeps } from './command-runner.ts'
import { objectsOf } from '../manifest.ts'
import type { BackupTarget, CopyRequest, TargetCopy } from './backup-target.ts'

/** Parts of the folder in the order in which they must arrive: a backup exists when its manifest does. */
const PARTS = ['objects', 'backups'] as const

export interface CommandTargetDeps extends Omit<CommandDeps, 'signal'> {
  readonly listed: ListedCommand
  /** The folder of the backups. */
  readonly folder: BackupFolder
  readonly retention: Retention
  /** Keeps backups from being made or deleted while the command reads the folder. */
  readonly exclusively: <T>(act: () => Promise<T>) => Promise<T>
}

export class CommandTarget implements BackupTarget {
  readonly listed: ListedCommand
  readonly #deps: CommandTargetDeps

  constructor(deps: CommandTargetDeps) {
    this.#deps = deps
    this.listed = deps.listed
  }

  async copy({ repair }: CopyRequest, call: WorkCall): Promise<TargetCopy> {
    const { folder, exclusively } = this.#deps
    const { signal } = call
    return await exclusively(async () => {
      using _lock = folder.lock()
      const ids = await folder.ids()
      const newest = ids.at(-1)
      if (newest === undefined) return { backups: [], objects: 0, bytes: 0, there: [], repaired: [] }
      const repaired = repair === 'all' ? ids : ids.filter(id => repair.includes(id))
      for (const id of repaired) await this.#renew(id, call)
      await this.#run(this.listed.copy, folder.path, newest, signal)
      return { backups: [newest], objects: 0, bytes: 0, there: ids, repaired }
    })
  }

  /**
   * Writes the files of a backup again, unchanged. Programs such as rclone and rsync copy a file of the same size only if
   * its time is another one.
   */
  async #renew(id: string, { signal }: WorkCall): Promise<void> {
    const { folder } = this.#deps
    const backup = await folder.stored(id)
    const form = await folder.storedForm(backup)
    for (const hash of objectsOf(backup)) {
      signal.throwIfAborted()
      await folder.objects.add(hash, form, await folder.objects.stored(hash, form))
    }
    await folder.addFrom(folder, id)
  }

  async prune(_retention: Retention, _now: number, dry_run: boolean, { signal }: WorkCall): Promise<undefined> {
    const { folder } = this.#deps
    const newest = (await folder.ids()).at(-1)
    if (dry_run || newest === undefined || this.listed.prune.length === 0) return
    await this.#run(this.listed.prune, folder.path, newest, signal)
  }

  async read<T>(work_folder: string, { signal }: WorkCall, act: (folder: BackupFolder) => Promise<T>): Promise<T> {
    const { name, fetch } = this.listed
    if (fetch.length === 0) {
      throw new DenidinError(
        'disabled',
        `the target ${name} has no command "fetch", so nothing can be brought back from there; copy its backups into ${this.#deps.folder.path} yourself`,
      )
    }
    const path = join(work_folder, 'fetched')
    await makePrivateFolder(path)
    await this.#run(fetch, path, 'latest', signal)
    return await act(BackupFolder.at(path, this.#deps.folder.forms))
  }

  async #run(argv: readonly string[], folder: string, id: string, signal: AbortSignal): Promise<void> {
    const { retention_days, archive_retention_days } = this.#deps.retention
    const values = {
      folder,
      id,
      retention_days: String(this.listed.retention_days ?? retention_days),
      archive_retention_days: String(this.listed.archive_retention_days ?? archive_retention_days),
    }
    if (!argv.some(argument => argument.includes('{part}'))) {
      await runCommand(this.listed, argv, values, { ...this.#deps, signal })
      return
    }
    for (const part of PARTS) {
      await makePrivateFolder(join(folder, part))
      await runCommand(this.listed, argv, { ...values, part }, { ...this.#deps, signal })
    }
  }
}
