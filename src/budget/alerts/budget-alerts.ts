/** The alerts of one turn or load: how much of its budget was used or needed, and what to do about it. */
import { percentOf } from '../percent-of.ts'
import type { AlertThresholds } from '../profiles/budget-profiles.ts'

export type AlertLevel = keyof AlertThresholds

export interface BudgetAlert {
  readonly level: AlertLevel
  /** Percent of the budget. */
  readonly usage_pct: number
  /** `Budget 75% consumed (23,752/30,000 tokens)` */
  readonly message: string
  /** What the alert means, and what to do. */
  readonly action: string
}

const ACTIONS: Readonly<Record<AlertLevel, string>> = {
  info: 'normal use, logged for analysis',
  warning: 'consider the next complexity',
  critical: 'not everything fits; the next complexity, or a larger profile, is recommended',
}

/** The packed items in order, and the total demand. */
export interface BudgetUse {
  /** Tokens of each packed item. */
  readonly packed: readonly number[]
  /** Tokens of packed items, and of relevant items that did not fit. */
  readonly demand: number
  readonly budget: number
}

/**
 * The alerts of one turn or load, each level at most once. Packing never exceeds a budget, so `info` and `warning`
 * depend on the packed tokens, and `critical` on the demand.
 */
export const budgetAlerts = (
  { packed, demand, budget }: BudgetUse,
  thresholds: AlertThresholds,
): readonly BudgetAlert[] => {
  const consumed = (level: 'info' | 'warning'): readonly BudgetAlert[] => {
    let used = 0
    for (const tokens of packed) {
      used += tokens
      if (used >= budget * thresholds[level])
        return [alert(level, `${percent(thresholds[level])} consumed`, used, budget)]
    }
    return []
  }
  const used = packed.reduce((sum, tokens) => sum + tokens, 0)
  const needed = Math.max(used, demand)
  const exceeded = needed > budget ? 'exceeded' : 'consumed'
  return [
    ...consumed('info'),
    ...consumed('warning'),
    ...(needed > 0 && needed >= budget * thresholds.critical
      ? [alert('critical', `${percent(thresholds.critical)} ${exceeded}`, needed, budget)]
      : []),
  ]
}

const WITH_THOUSANDS = new Intl.NumberFormat('en')

const alert = (level: AlertLevel, what: string, tokens: number, budget: number): BudgetAlert => ({
  level,
  usage_pct: percentOf(tokens, budget),
  message: `Budget ${what} (${WITH_THOUSANDS.format(tokens)}/${WITH_THOUSANDS.format(budget)} tokens)`,
  action: ACTIONS[level],
})

const percent = (share: number): string => `${String(Math.round(100 * share))}%`
