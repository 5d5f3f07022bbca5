/** The budget of one task: its complexity with its agent's profile, or a given number. */
import { asDenidinError } from '../platform/errors.ts'
import type { Complexity } from '../text/complexity/complexity.ts'
import { detectComplexity, type DetectedComplexity } from '../text/complexity/detect-complexity.ts'
import { calculateBudget, type CalculatedBudget, type NamedAgent } from './profiles/calculate-budget.ts'
import type { CurrentProfiles } from './profiles/profile-source.ts'

/** A caller's description of a task. */
export interface Task {
  readonly agent?: NamedAgent | undefined
  /** What is to be done, in words. */
  readonly text?: string | undefined
  /** Overrides the complexity detected from the text. */
  readonly complexity?: Complexity | undefined
  /** With profiles a cap; without them the budget itself. */
  readonly max_tokens?: number | undefined
  readonly use_profiles: boolean
}

/** A budget, the complexity of the task, and why the budget is not that of a profile. */
export interface TaskBudget {
  readonly budget: CalculatedBudget | { readonly calculated_budget: number }
  readonly complexity: Complexity
  /** `undefined` if the complexity was given, or there was no text about the task. */
  readonly detected: DetectedComplexity | undefined
  /** Why the manual budget is used although profiles were requested. */
  readonly fallback: string | undefined
}

/** @param manual_tokens the budget if no profile applies */
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
