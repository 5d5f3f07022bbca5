/**
 * The budget of one load: what the task is granted, and more if it is demonstrably needed and the profile allows it.
 */
import type { Complexity } from '../../text/complexity/complexity.ts'
import { SPECIALIST_WEIGHTS, type BudgetProfiles, type ScopeWeights } from '../profiles/budget-profiles.ts'
import { nextBudget } from '../profiles/calculate-budget.ts'
import type { Task, TaskBudget } from '../task-budget.ts'

export interface LoadBudget {
  /** Tokens that the patterns may use. */
  readonly tokens: number
  readonly complexity: Complexity
  readonly weights: ScopeWeights
  /** The complexity and the tokens before the budget was raised; `undefined` if it was not. */
  readonly raised_from: { readonly complexity: Complexity; readonly tokens: number } | undefined
  /** Tokens that earlier loads of the same task left for this one; part of `tokens`. */
  readonly transferred: number
}

/** The budget granted to a task before anything is packed. */
export const grantedBudget = ({ budget, complexity }: TaskBudget): LoadBudget => ({
  tokens: budget.calculated_budget,
  complexity,
  weights: 'scope_weights' in budget ? budget.scope_weights : SPECIALIST_WEIGHTS,
  raised_from: undefined,
  transferred: 0,
})

export interface BudgetNeed {
  readonly task: Task
  readonly granted: TaskBudget
  readonly profiles: BudgetProfiles | undefined
  /** Tokens of relevant patterns, packed or not. */
  readonly demand: number
  /** Tokens that finished loads of the same task did not use. */
  readonly spare: number
}

/**
 * Raises a budget that is too small: by the tokens that other loads of the task left, if those are enough; else by the
 * next complexity as well. Never above the maximum of the profile, nor above the tokens that the caller allows. A
 * manual budget is not raised.
 */
export const raisedBudget = ({ task, granted, profiles, demand, spare }: BudgetNeed): LoadBudget => {
  const first = grantedBudget(granted)
  const { budget } = granted
  if (!('profile' in budget) || profiles === undefined || demand <= first.tokens) return first
  const cap = Math.min(budget.max, task.max_tokens ?? Number.POSITIVE_INFINITY)
  const withSpare = (base: LoadBudget): LoadBudget => {
    const transferred = Math.max(0, Math.min(spare, demand - base.tokens, cap - base.tokens))
    return { ...base, tokens: base.tokens + transferred, transferred }
  }
  const shared = withSpare(first)
  const next = shared.tokens >= demand ? undefined : nextBudget(profiles, budget, task.max_tokens)
  if (next === undefined) return shared
  const raised_from = { complexity: first.complexity, tokens: first.tokens }
  return withSpare({ ...first, tokens: next.calculated_budget, complexity: next.complexity, raised_from })
}
