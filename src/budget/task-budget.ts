/** The budget of one task: its complexity, and the profile of its agent, or a number that was given. */
import { asDenidinError } from '../platform/errors.ts'
import type { Complexity } from '../text/complexity/complexity.ts'
import { detectComplexity, type DetectedComplexity } from '../text/complexity/detect-complexity.ts'
import { calculateBudget, type CalculatedBudget, type NamedAgent } from './profiles/calculate-budget.ts'
import type { CurrentProfiles } from './profiles/profile-source.ts'

/** What a caller says about a task. */
export interface Task {
  readonly agent?: NamedAgent | undefined
  /** What is to be done, in words. */
  readonly text?: string | undefined
  /** Overrides what the words say. */
  readonly complexity?: Complexity | undefined
  /** With profiles a cap; without, the budget itself. */
  readonly max_tokens?: number | undefined
  readonly use_profiles: boolean
}

/** A budget, how complex the task is, and why the budget is not that of a profile. */
export interface TaskBudget {
  readonly budget: CalculatedBudget | { readonly calculated_budget: number }
  readonly complexity: Complexity
  /** `undefined` when the complexity was given, or nothing was said about the task. */
  readonly detected: DetectedComplexity | undefined
  /** Why the manual budget is used though profiles were wanted. */
  readonly fallback: string | undefined
}

/** @param manual_tokens the budget where no profile says otherwise */
export const budgetOfTask = (
  { agent, text, complexity: given, max_tokens, use_profiles }: Task,
  { profiles, problem }: CurrentProfiles,
  manual_tokens: number,
): TaskBudget => {
  const detected = given === undefined && text !== undefined ? detectComplexity(text) : undefined
  const complexity = given ?? detected?.complexity ?? 'medium'
  const manual = (fallback: string | undefined): TaskBudget => ({
    budget: { calculated_budget: max_tokens ?? manual_tokens },
    complexity,
    detected,
    fallback,
  })
  if (!use_profiles || agent === undefined) return manual(undefined)
  if (profiles === undefined) return manual(problem)
  try {
    return { budget: calculateBudget(profiles, agent, complexity, max_tokens), complexity, detected, fallback: problem }
  } catch (error) {
    return manual(asDenidinError(error).message)
  }
}
