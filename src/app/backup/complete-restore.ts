/** Puts a staged restore into place, and completes one that was interrupted, before anything of the data is opened. */
import { join } from 'node:path'
import { leftSentence } from '../../backup/backup-health.ts'
import { applyStagedRestore } from '../../backup/staged-restore.ts'
import { finishRestore, stagedSwap, type Swap } from '../../backup/swap.ts'
import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { migrationsOfStaged, settleMigrations } from './migrations.ts'

export interface CompleteRestoreDeps {
  readonly settings: Settings
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Tells the operator who starts the bot. */
  readonly say?: (sentence: string) => void
}

/** The caller owns the data folder. @throws DenidinError `unavailable` when a file cannot be moved */
export const completeRestore = async ({
  settings,
  clock,
  logger,
  say = () => undefined,
}: CompleteRestoreDeps): Promise<void> => {
  const { data_root } = settings
  const restored = ({ backup_id, created_at, aside, left }: Swap): void => {
    logger.warn('A backup was restored', { backup: backup_id, kept_aside: aside, messages_only_there: left?.messages })
    const where = leftSentence(left, join(data_root, aside))
    say(`The backup ${backup_id} was restored: the data is that of ${created_at}. ${where}`)
  }
  const interrupted = await finishRestore(data_root)
  if (interrupted !== undefined) restored(interrupted)
  const waits = await waitingRollback(settings)
  if (waits !== undefined) {
    logger.warn('A staged rollback waits for an older version', { backup: waits })
    say(
      `A rollback to the backup ${waits} is staged, and this version would migrate its data again: the present data stays. Check out the version from before and start that, or drop the rollback: denidin backup restore --cancel`,
    )
  }
  const applied = waits === undefined ? await applyStagedRestore(data_root, clock.now()) : undefined
  await settleMigrations(data_root, logger, say)
  if (applied?.outcome === 'restored') restored(applied.swap)
  if (applied?.outcome !== 'dropped') return
  const { staged, reason } = applied
  logger.error('A staged restore was dropped', { backup: staged.backup_id, reason })
  say(`The staged restore of ${staged.backup_id} was dropped, and the data is unchanged: ${reason}. Restore it again.`)
}

/** The backup of a staged rollback that is not for this version. */
const waitingRollback = async (settings: Settings): Promise<string | undefined> => {
  const staged = await stagedSwap(settings.data_root)
  if (staged?.rollback !== true) return undefined
  const would_run = await migrationsOfStaged(settings, staged)
  return would_run.length > 0 ? staged.backup_id : undefined
}
