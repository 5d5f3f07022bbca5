/** Drills: verify a backup that is chosen at random, so that not only the newest one is known to be restorable. */
import type { ListedTarget } from '../platform/backup-targets.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { BackupHistory } from './backup-history.ts'
import type { BackupOptions, Backups } from './backups.ts'
import type { BackupTargets } from './targets/targets.ts'
import type { Verification } from './verification.ts'

/** Storage classes whose objects cannot be read without asking the store first. */
const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE']

/** The result of verifying one backup. */
export interface Drill {
  readonly backup_id: string
  /** `undefined`: the folder of the backups. */
  readonly target: string | undefined
  readonly in_order: boolean
  readonly problem: string | undefined
}

export interface BackupDrillsDeps {
  readonly backups: Pick<Backups, 'verify'>
  readonly targets: Pick<BackupTargets, 'status' | 'verify'>
  readonly listed: readonly ListedTarget[]
  /** Ids of the backups, oldest first. */
  readonly ids: () => Promise<readonly string[]>
  readonly history: Pick<BackupHistory, 'add'>
  readonly random: Pick<Ids, 'fraction'>
}

export class BackupDrills {
  readonly #deps: BackupDrillsDeps

  constructor(deps: BackupDrillsDeps) {
    this.#deps = deps
  }

  /** Verifies one backup of the folder and, if there is one, one of a target; both are chosen at random. */
  async run(options: BackupOptions): Promise<readonly Drill[]> {
    const { backups, targets, ids } = this.#deps
    const drills: Drill[] = []
    const here = this.#anyOf(await ids())
    if (here !== undefined) drills.push(await this.#drill(here, undefined, () => backups.verify(here, options)))
    const readable = (await targets.status()).filter(
      ({ target, backups: there }) => there.length > 0 && this.#isReadable(target),
    )
    const chosen = this.#anyOf(readable)
    const there = this.#anyOf(chosen?.backups ?? [])
    if (chosen !== undefined && there !== undefined) {
      drills.push(await this.#drill(there, chosen.target, () => targets.verify(chosen.target, there, options)))
    }
    options.signal?.throwIfAborted()
    return drills
  }

  async #drill(backup_id: string, target: string | undefined, verify: () => Promise<Verification>): Promise<Drill> {
    const { in_order, problems } = await verify().catch((error: unknown) => ({
      in_order: false,
      problems: [asDenidinError(error).message],
    }))
    const [problem] = problems
    await this.#deps.history.add({
      act: 'drill',
      ok: in_order,
      backup_id,
      target: target ?? null,
      problem: problem ?? null,
    })
    return { backup_id, target, in_order, problem }
  }

  #isReadable(name: string): boolean {
    const target = this.#deps.listed.find(each => each.name === name)
    if (target?.type === 's3') return !ARCHIVE_CLASSES.includes(target.storage_class ?? '')
    return target?.type === 'folder' || (target?.type === 'command' && target.fetch.length > 0)
  }

  #anyOf<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#deps.random.fraction() * items.length)]
  }
}
