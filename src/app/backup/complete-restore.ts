/** Puts a staged restore into place, and completes one that was interrupted, before anything of the data is opened. */
import { join } from 'node:path'
import { leftSentence } from '../../backup/backup-health.ts'
import { applyStagedRestore } from '../../backup/staged-restore.ts'
import { finishRestore, type Swap } from '../../backup/swap.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'

export interface CompleteRestoreDeps {
  readonly data_root: string
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Tells the operator who starts the bot. */
  readonly say?: (sentence: string) => void
}

/** The caller owns the data folder. @throws DenidinError `unavailable` when a file cannot be moved */
export const completeRestore = async ({
  data_root,
  clock,
  logger,
  say = () => undefined,
}: CompleteRestoreDeps): Promise<void> => {
  const restored = ({ backup_id, created_at, aside, left }: Swap): void => {
    logger.warn('A backup was restored', { backup: backup_id, kept_aside: aside, messages_only_there: left?.messages })
    const where = leftSentence(left, join(data_root, aside))
    say(`The backup ${backup_id} was restored: the data is that of ${created_at}. ${where}`)
  }
  const interrupted = await finishRestore(data_root)
  if (interrupted !== undefined) restored(interrupted)
  const applied = await applyStagedRestore(data_root, clock.now())
  if (applied?.outcome === 'restored') restored(applied.swap)
  if (applied?.outcome !== 'dropped') return
  const { staged, reason } = applied
  logger.error('A staged restore was dropped', { backup: staged.backup_id, reason })
  say(`The staged restore of ${staged.backup_id} was dropped, and the data is unchanged: ${reason}. Restore it again.`)
}
