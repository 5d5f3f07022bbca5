/** Wires the reports on budgets: their files, what they measure, and who gets them. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdministratorChat } from '../alerts/administrator-chat.ts'
import { HealthHistory } from '../budget/reports/health-history.ts'
import { DatedFiles } from '../platform/dated-files.ts'
import type { Settings } from '../config/settings.ts'
import type { BudgetReports } from '../operations/context.ts'
import { asDenidinError } from '../platform/errors.ts'
import { fileBytes, filesBelow, folderBytes } from '../platform/files.ts'
import type { Runtime } from './runtime.ts'

/** About right for English: growth needs no exact count, and counting thousands of files would take minutes. */
const BYTES_PER_TOKEN = 4

/** Tokens of all patterns, estimated by their size; 0 if there is no folder. */
const patternTokens = async (folder: string): Promise<number> => {
  let bytes = 0
  for (const file of await filesBelow(folder)) if (file.endsWith('.md')) bytes += await fileBytes(file)
  return Math.round(bytes / BYTES_PER_TOKEN)
}

export const createBudgetReports = (
  { data_root, budget }: Pick<Settings, 'budget' | 'data_root'>,
  administrator: Pick<AdministratorChat, 'say'> | undefined,
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): BudgetReports => {
  const { kept_days, tell_godfather } = budget.reports
  return {
    files: new DatedFiles({ folder: join(data_root, 'reports', 'budget'), kept_days, clock }),
    history: new HealthHistory(join(data_root, 'reports', 'budget', 'health-history.json')),
    measure: async () => {
      const { bavail, bsize } = await statfs(data_root)
      return {
        data_bytes: await folderBytes(data_root),
        free_bytes: bavail * bsize,
        pattern_tokens: await patternTokens(budget.patterns_dir),
      }
    },
    tell: async wording => {
      if (!tell_godfather || administrator === undefined) return false
      return await administrator.say(wording).catch((error: unknown) => {
        const reason = asDenidinError(error).message
        logger.for('budget').warn('The godfather could not be notified of a report', { reason })
        return false
      })
    },
  }
}
