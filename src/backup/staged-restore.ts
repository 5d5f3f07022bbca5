/** Puts a staged restore into place at the start, before anything of the data folder is opened. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messagesLeftBehind } from './sqlite/left-behind.ts'
import { readErasureLog } from './sqlite/erasure-log.ts'
import {
  asideFolder,
  clearStaging,
  isStagedWhole,
  stagedSwap,
  stagingFolder,
  swapIn,
  type StagedRestore,
  type Swap,
} from './swap.ts'

/** Names below the data folder. */
export const ERASURE_LOG = 'erasures.db'
const MAIN_DATABASE = 'denidin.db'

/** What became of a staged restore. */
export type AppliedRestore =
  | { readonly outcome: 'restored'; readonly swap: Swap }
  | { readonly outcome: 'dropped'; readonly staged: StagedRestore; readonly reason: string }

/** The messages that only the present data has. */
export const leftBehind = (data_root: string): ReturnType<typeof messagesLeftBehind> =>
  messagesLeftBehind(join(data_root, MAIN_DATABASE), join(stagingFolder(data_root), MAIN_DATABASE))

/**
 * Replaces the data by a staged restore. One that cannot be put into place without losing something is deleted, and the
 * data stays as it is. The caller owns the data folder and has opened nothing in it.
 * @param now milliseconds since the Unix epoch
 * @throws DenidinError `unavailable` if a file cannot be moved; the next start tries again
 */
export const applyStagedRestore = async (data_root: string, now: number): Promise<AppliedRestore | undefined> => {
  const staged = await stagedSwap(data_root)
  if (staged === undefined) return undefined
  const reason = await obstacleTo(data_root, staged)
  if (reason !== undefined) {
    await clearStaging(data_root)
    return { outcome: 'dropped', staged, reason }
  }
  const { backup_id, created_at } = staged
  const swap: Swap = {
    backup_id,
    created_at,
    restored_at: new Date(now).toISOString(),
    aside: asideFolder(now),
    left: leftBehind(data_root),
    out: staged.out,
    in: staged.in,
  }
  await swapIn(data_root, swap)
  return { outcome: 'restored', swap }
}

const obstacleTo = async (data_root: string, staged: StagedRestore): Promise<string | undefined> => {
  if (!(await isStagedWhole(data_root, staged))) return 'files of it are missing'
  if (!staged.in.includes(ERASURE_LOG)) return undefined
  // The log of the backup was chosen over the present one, which must not have changed since.
  return lastAct(data_root) === (staged.last_act ?? 0)
    ? undefined
    : 'something was forgotten since, and the erasure log of the backup does not know of it'
}

/** Number of the last erasure in the present log; 0 if there is none that can be read. */
export const lastAct = (data_root: string): number => {
  const path = join(data_root, ERASURE_LOG)
  if (!existsSync(path)) return 0
  try {
    return readErasureLog(path).last_act
  } catch {
    return 0
  }
}
