/** `budget.calculate`: the budget of a task in tokens, and how it was calculated. */
import { z } from 'zod'
import { budgetOfTask, type Task, type TaskBudget } from '../../budget/task-budget.ts'
import { BUDGET_SCOPES } from '../../budget/profiles/budget-profiles.ts'
import { calculateBudget } from '../../budget/profiles/calculate-budget.ts'
import type { CurrentProfiles } from '../../budget/profiles/profile-source.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import { operation } from '../operation.ts'
import { roundedShare, taskInput, taskOf } from './task-input.ts'

const share = z.number()

export const budgetCalculate = operation({
  summary: 'Calculate the token budget of a task from its agent and its complexity',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['budget.profiles', 'budget.settings'],
  input: z.strictObject(taskInput),
  output: z.object({
    agent: z.string().optional(),
    profile: z.string().describe('name of the profile, or manual'),
    complexity: z.enum(COMPLEXITIES),
    confidence: z.number().optional().describe('of the detected complexity, 0.5 to 1'),
    base: z.number().optional(),
    max: z.number().optional(),
    multiplier: z.number().optional(),
    calculated_budget: z.number().describe('tokens'),
    capped: z.boolean().optional(),
    scope_weights: z.record(z.enum(BUDGET_SCOPES), share).optional(),
    fallback: z.string().optional().describe('why no profile of the file was used'),
    signals: z
      .array(z.object({ complexity: z.enum(COMPLEXITIES), weight: z.number(), because: z.string() }))
      .optional()
      .describe('of the complexity, with --detailed'),
    budgets: z
      .array(z.object({ complexity: z.enum(COMPLEXITIES), tokens: z.number(), capped: z.boolean() }))
      .optional()
      .describe('of the agent for each complexity, with --detailed'),
  }),
  run: async ({ budget: { profiles, settings } }, input) => {
    const task = taskOf(input, settings.use_profiles)
    const current = profiles.current()
    const granted = budgetOfTask(task, current, settings.manual_tokens)
    const { budget, complexity, detected, fallback } = granted
    return {
      profile: 'manual',
      ...budget,
      complexity,
      ...(detected === undefined ? {} : { confidence: roundedShare(detected.confidence) }),
      ...(fallback === undefined ? {} : { fallback }),
      ...(input.detailed ? detailsOf(task, granted, current) : {}),
    }
  },
})

/** The detected signals, and the agent's budget for every complexity. */
const detailsOf = ({ max_tokens }: Task, { budget, detected }: TaskBudget, { profiles }: CurrentProfiles) => ({
  ...(detected === undefined ? {} : { signals: [...detected.signals] }),
  ...('agent' in budget && profiles !== undefined
    ? {
        budgets: COMPLEXITIES.map(complexity => {
          const { calculated_budget, capped } = calculateBudget(
            profiles,
            { name: budget.agent },
            complexity,
            max_tokens,
          )
          return { complexity, tokens: calculated_budget, capped }
        }),
      }
    : {}),
})
