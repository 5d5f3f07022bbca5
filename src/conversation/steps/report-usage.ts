/** Step of a turn: reports how much of its budget the turn used, to the usage log and to the log of the bot. */
import type { BudgetUsageLog, UsageId } from '../../budget/usage/budget-usage-log.ts'
import { usageWarnings, type BegunUsage, type UsageOutcome } from '../../budget/usage/usage-entry.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { BackgroundPatience } from '../../platform/urgent-work.ts'
import type { PackedContext } from '../packing/context-packer.ts'
import type { TurnRecord } from '../packing/packing-record.ts'
import type { TurnContext } from '../turn-context.ts'
import { idsOf } from '../turn-message.ts'

export interface ReportUsageDeps {
  readonly usage: BudgetUsageLog
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly logger: Logger
}

/** The work of a turn, and what can be reported about it as soon as it waits for the model. */
export interface ReportedWork<Result> {
  work(): Promise<Result>
  report(): void
}

/**
 * Runs the work of a turn, and reports its budget as soon as the work waits for the model, and its outcome after. Turns
 * with fixed budgets have no budget to report.
 */
export const withUsage = async <Result extends { readonly from: 'model' | 'system' }>(
  { usage, clock, logger }: ReportUsageDeps,
  turn: TurnContext,
  { record, ahead }: PackedContext,
  { work, report }: ReportedWork<Result>,
): Promise<Result> => {
  const working = work()
  // It is awaited below: a failure before that must not end the process.
  working.catch(() => undefined)
  await untilItWaits(working)
  let id: UsageId | undefined
  try {
    report()
    id = record.turn && begin({ usage, clock, logger }, turn, record.turn)
    await ahead?.()
  } catch (error) {
    // The answer is on its way: a turn that failed now would be answered twice.
    logger.for('budget').error('A turn could not be reported', { reason: asDenidinError(error).message })
  }
  const finish = async (outcome: Omit<UsageOutcome, 'duration_seconds'>): Promise<void> => {
    if (id === undefined) return
    await usage.finish(id, { ...outcome, duration_seconds: (clock.monotonic() - turn.since) / SECOND_MS })
  }
  try {
    const result = await working
    await finish(result.from === 'model' ? { success: true } : { success: false, error: 'the model gave no answer' })
    return result
  } catch (error) {
    await finish({ success: false, error: asDenidinError(error).code })
    throw error
  }
}

/** Resolves when the request is on its way to the model, or the work is over: nothing else may delay the request. */
const untilItWaits = async (working: Promise<unknown>): Promise<void> => {
  const patience = new BackgroundPatience()
  await Promise.race([patience.letUrgentWorkPass(), working.catch(() => undefined)])
  patience.end()
}

const begin = ({ usage, clock, logger }: ReportUsageDeps, turn: TurnContext, used: TurnRecord): UsageId => {
  logAlerts(logger, used)
  return usage.begin(begunUsage(turn, used, clock.now()))
}

const logAlerts = (logger: Logger, { alerts, role, complexity }: TurnRecord): void => {
  // Packing stays within the budget, so none of these alerts is a problem.
  for (const { level, message } of alerts) logger.for('budget').info(message, { alert: level, role, complexity })
}

const begunUsage = (
  { own_words, person, batch }: TurnContext,
  { role, profile, complexity, budget, demand, scopes, alerts }: TurnRecord,
  now: number,
): BegunUsage => ({
  kind: 'turn',
  agent: role,
  task: own_words,
  complexity,
  profile,
  budget_allocated: budget,
  tokens_loaded: scopes['agent-specific'].taken + scopes.recent.taken + scopes.global.taken,
  demand_tokens: demand,
  scope_breakdown: {
    'agent-specific': scopeUsage(scopes['agent-specific']),
    recent: scopeUsage(scopes.recent),
    global: scopeUsage(scopes.global),
  },
  warnings: usageWarnings(alerts, now),
  person_id: person.person_id,
  message_ids: idsOf(batch),
})

const scopeUsage = ({
  count,
  taken,
  demand,
}: TurnRecord['scopes']['recent']): BegunUsage['scope_breakdown']['recent'] => ({
  count,
  tokens: taken,
  demand_tokens: demand,
})
