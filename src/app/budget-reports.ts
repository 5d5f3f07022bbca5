/** Wires the reports on budgets: their files, what they measure, and who is told. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdministratorChat } from '../alerts/administrator-chat.ts'
import { HealthHistory } from '../budget/reports/health-history.ts'
import { ReportFiles } from '../budget/reports/report-files.ts'
import type { Settings } from '../config/settings.ts'
import type { BudgetReports } from '../operations/context.ts'
import { asDenidinError } from '../platform/errors.ts'
import { folderBytes } from '../platform/files.ts'
import type { Runtime } from './runtime.ts'

export const createBudgetReports = (
  { data_root, budget }: Pick<Settings, 'budget' | 'data_root'>,
  administrator: Pick<AdministratorChat, 'say'> | undefined,
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): BudgetReports => {
  const { kept_days, tell_godfather } = budget.reports
  return {
    files: new ReportFiles({ folder: join(data_root, 'reports', 'budget'), kept_days, clock }),
    history: new HealthHistory(join(data_root, 'reports', 'budget', 'health-history.json')),
    measure: async () => {
      const { bavail, bsize } = await statfs(data_root)
      return { data_bytes: await folderBytes(data_root), free_bytes: bavail * bsize, pattern_tokens: 0 }
    },
    tell: async wording => {
      if (!tell_godfather || administrator === undefined) return false
      return await administrator.say(wording).catch((error: unknown) => {
        const reason = asDenidinError(error).message
        logger.for('budget').warn('The godfather could not be told of a report', { reason })
        return false
      })
    },
  }
}
