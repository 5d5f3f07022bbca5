/** Completes a restore that was interrupted, before anything of the data folder is opened. */
import { finishRestore } from '../../backup/swap.ts'
import type { Logger } from '../../platform/logger.ts'

/** The caller owns the data folder. @throws DenidinError `unavailable` when a file cannot be moved */
export const completeRestore = async (data_root: string, logger: Logger): Promise<void> => {
  const swap = await finishRestore(data_root)
  if (swap === undefined) return
  logger.warn('A restore that was interrupted is complete now', { backup: swap.backup_id, kept_aside: swap.aside })
}
