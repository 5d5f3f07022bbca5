/** When a load gets more than its task is granted: by what other loads left, by the next complexity, never above a cap. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { raisedBudget, type LoadBudget } from '../../src/budget/patterns/load-budget.ts'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { budgetOfTask, type Task } from '../../src/budget/task-budget.ts'
import { COMPLEXITIES } from '../../src/text/complexity/complexity.ts'

const PROFILES = { profiles: DEFAULT_BUDGET_PROFILES, problem: undefined }
const DBT: Task = { agent: { name: 'dbt-expert', type: 'specialists' }, complexity: 'complex', use_profiles: true }

const raise = (task: Task, demand: number, spare = 0): LoadBudget =>
  raisedBudget({
    task,
    granted: budgetOfTask(task, PROFILES, 20_000),
    profiles: DEFAULT_BUDGET_PROFILES,
    demand,
    spare,
  })

describe('the next complexity', () => {
  test('only when more is needed', () => {
    expect(raise(DBT, 30_000)).toMatchObject({ tokens: 30_000, complexity: 'complex', raised_from: undefined })
    expect(raise(DBT, 30_001)).toMatchObject({
      tokens: 40_000,
      complexity: 'multi-system',
      raised_from: { complexity: 'complex', tokens: 30_000 },
    })
  })

  test('one tier at most', () => {
    expect(raise({ ...DBT, complexity: 'simple' }, 1e6)).toMatchObject({ tokens: 20_000, complexity: 'medium' })
    expect(raise({ ...DBT, complexity: 'multi-system' }, 1e6)).toMatchObject({ tokens: 40_000, raised_from: undefined })
  })

  test('never above the tokens that the caller allows', () => {
    expect(raise({ ...DBT, max_tokens: 35_000 }, 1e6)).toMatchObject({ tokens: 35_000, complexity: 'multi-system' })
    expect(raise({ ...DBT, max_tokens: 25_000 }, 1e6)).toMatchObject({ tokens: 25_000, raised_from: undefined })
  })

  test('a manual budget means the number given', () => {
    for (const task of [
      { ...DBT, use_profiles: false, max_tokens: 50_000 },
      { use_profiles: true, max_tokens: 50_000 },
      { ...DBT, agent: { name: 'nobody' }, max_tokens: 50_000 },
    ]) {
      expect(raise(task, 1e6, 1e6)).toMatchObject({ tokens: 50_000, transferred: 0, raised_from: undefined })
    }
  })
})

describe('what other loads of the task left', () => {
  test('is used before the complexity is raised, as far as it is needed', () => {
    expect(raise(DBT, 34_200, 10_000)).toMatchObject({ tokens: 34_200, transferred: 4200, complexity: 'complex' })
    expect(raise(DBT, 20_000, 10_000)).toMatchObject({ tokens: 30_000, transferred: 0 })
  })

  test('comes on top of the next complexity when it is not enough alone', () => {
    expect(raise(DBT, 45_000, 6000)).toMatchObject({ tokens: 45_000, transferred: 5000, complexity: 'multi-system' })
  })

  test('reaches the maximum of the profile', () => {
    expect(raise(DBT, 80_000, 90_000)).toMatchObject({ tokens: 50_000, transferred: 10_000 })
  })
})

test('never less than granted, and never above the maximum of the profile or the tokens allowed', () => {
  const tokens = fc.integer({ min: 0, max: 200_000 })
  const cap = fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined })
  fc.assert(
    fc.property(fc.constantFrom(...COMPLEXITIES), tokens, tokens, cap, (complexity, demand, spare, max_tokens) => {
      const task = { ...DBT, complexity, max_tokens }
      const { calculated_budget } = budgetOfTask(task, PROFILES, 20_000).budget
      const raised = raise(task, demand, spare)
      expect(raised.tokens).toBeGreaterThanOrEqual(calculated_budget)
      expect(raised.tokens).toBeLessThanOrEqual(Math.min(50_000, max_tokens ?? Infinity))
      expect(raised.transferred).toBeLessThanOrEqual(spare)
      if (demand <= calculated_budget) expect(raised.tokens).toBe(calculated_budget)
    }),
  )
})
