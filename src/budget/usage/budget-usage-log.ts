/** The port to which turns and loads report how they used their budgets. */
import type { BegunUsage, UsageOutcome } from './usage-entry.ts'

/** Identifies a use of a budget from its beginning to its end; valid across restarts. */
export type UsageId = string

/** A log of the use of budgets. Neither method throws or makes the caller wait for the disk. */
export interface BudgetUsageLog {
  /**
   * The context is packed, and the work with it begins. From here on the use is on record, even if the process ends.
   */
  begin(usage: BegunUsage): UsageId
  /**
   * The work ended.
   * @returns `false` if no use with this id is open: it never was, or it has ended already
   */
  finish(id: UsageId, outcome: UsageOutcome): Promise<boolean>
}

/** Records nothing. */
export const noBudgetUsage: BudgetUsageLog = {
  begin: () => '',
  finish: async () => true,
}
