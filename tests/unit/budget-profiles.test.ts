/** Budget profiles: the operator's file over the defaults, and the budget of a task. */
import { describe, expect, test } from '@jest/globals'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { calculateBudget } from '../../src/budget/profiles/calculate-budget.ts'
import { readBudgetProfiles } from '../../src/budget/profiles/read-profiles.ts'
import { COMPLEXITIES } from '../../src/text/complexity/complexity.ts'

const read = (text: string) => readBudgetProfiles(text, 'config/budget-profiles.json')
const problemOf = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

describe('the file', () => {
  test('nothing in it: the defaults', () => {
    expect(read('')).toEqual(DEFAULT_BUDGET_PROFILES)
    expect(read('{}')).toEqual(DEFAULT_BUDGET_PROFILES)
  })

  test('one profile and one assignment; what is left out keeps its default', () => {
    const profiles = read(`{
      // Single-tool specialists
      "profiles": { "specialist-narrow": { "base_budget": 25000 } },
      "agent_assignments": { "specialists/dbt-expert": "specialist-broad" },
    }`)
    expect(profiles.profiles).toEqual({
      ...DEFAULT_BUDGET_PROFILES.profiles,
      'specialist-narrow': { ...DEFAULT_BUDGET_PROFILES.profiles['specialist-narrow'], base_budget: 25_000 },
    })
    expect(profiles.agent_assignments).toEqual({
      ...DEFAULT_BUDGET_PROFILES.agent_assignments,
      'specialists/dbt-expert': 'specialist-broad',
    })
    expect(profiles.complexity_multipliers).toEqual({ simple: 0.5, medium: 1, complex: 1.5, 'multi-system': 2 })
  })

  test('a profile of the operator, with the names of scopes that other systems use', () => {
    const { profiles } = read(
      `{ "profiles": { "mine": { "base_budget": 10000, "scope_weights": { "global": 0.4, "agent_recent": 0.1, "agent_patterns": 0.5 } } } }`,
    )
    expect(profiles['mine']).toEqual({
      base_budget: 10_000,
      max_budget: 10_000,
      scope_weights: { global: 0.4, recent: 0.1, 'agent-specific': 0.5 },
    })
  })

  test('the same key in two objects, and unquoted names, are no repetition', () => {
    const { profiles } = read(
      `{ "profiles": { "client": { "base_budget": 5 }, "godfather": { "base_budget": 6 } }, agent_assignments: { x: "client", "profiles": "client" } }`,
    )
    expect([profiles['client']?.base_budget, profiles['godfather']?.base_budget]).toEqual([5, 6])
  })

  test.each([
    ['{\n "profiles": {\n', 'line 3: is not valid JSON: invalid end of input'],
    ['[]', 'must be an object'],
    ['{ "profils": {} }', 'line 1: profils is not a known key'],
    [
      '{ "profiles": {\n "client": { "base_budget": -5 } } }',
      'line 2: profiles.client.base_budget must be a whole number of tokens from 1 to 10,000,000',
    ],
    [
      '{ "profiles": { "client": { "base_budget": "4k" } } }',
      'profiles.client.base_budget must be a whole number of tokens',
    ],
    ['{ "profiles": { "client": { "base": 1 } } }', 'profiles.client.base is not a known key'],
    ['{ "profiles": { "client": 4000 } }', 'profiles.client must be an object'],
    ['{ "profiles": { "mine": { "max_budget": 5 } } }', 'profiles.mine needs a base_budget'],
    [
      '{ "profiles": { "client": { "base_budget": 9000, "max_budget": 4000 } } }',
      'profiles.client has a base_budget above its max_budget of 4,000',
    ],
    [
      '{ "profiles": { "client": { "scope_weights": { "global": 0.2, "recent": 0.2 } } } }',
      'profiles.client.scope_weights must add up to 1, not 0.40',
    ],
    [
      '{ "profiles": { "client": { "scope_weights": { "globl": 1 } } } }',
      'profiles.client.scope_weights knows no scope "globl": allowed are agent-specific, recent, global',
    ],
    ['{ "profiles": { "client": { "scope_weights": { "global": 2 } } } }', 'must be a number from 0 to 1'],
    [
      '{\n\n "agent_assignments": { "roles/x": "nope" } }',
      'line 3: agent_assignments.roles/x names the profile "nope", and the profiles are specialist-narrow',
    ],
    [
      '{ "complexity_multipliers": { "hard": 3 } }',
      'complexity_multipliers.hard is not a known key; allowed are simple, medium, complex, multi-system',
    ],
    ...['toString', 'constructor', '__proto__'].map(
      name =>
        [
          `{ "agent_assignments": { "roles/x": "${name}" } }`,
          `agent_assignments.roles/x names the profile "${name}", and the profiles are specialist-narrow`,
        ] as const,
    ),
    ...['*', 'roles/data-*', '*/data', 'roles/**'].map(
      name =>
        [
          `{\n "agent_assignments": { "${name}": "client" } }`,
          `line 2: agent_assignments.${name} may have * only instead of a whole name, as in roles/*`,
        ] as const,
    ),
    [
      '{ "profiles": { "client": { "base_budget": 1 },\n // again\n "client": { "base_budget": 2 }, } }',
      'line 3: profiles.client is given twice',
    ],
    [
      '{ "profiles": { "client": { "base_budget": 1,\n "base_budget": 2 } } }',
      'line 2: profiles.client.base_budget is given twice',
    ],
    [
      '{ "profiles": {\n "__proto__": { "base_budget": 1 } } }',
      'line 2: profiles.__proto__ is not allowed: no name may be __proto__',
    ],
    ['{ "complexity_multipliers": { "simple": 0 } }', 'complexity_multipliers.simple must be a number above 0'],
    ['{ "alert_thresholds": { "info": 0.95 } }', 'alert_thresholds must rise from info to warning to critical'],
    ['{ "tuning": { "min_samples": 0 } }', 'tuning.min_samples must be a whole number above 0'],
  ])('%s: %s', (text, problem) => {
    expect(problemOf(text)).toMatch(/^config\/budget-profiles\.json[,:]/)
    expect(problemOf(text)).toContain(problem)
  })
})

describe('the budget of a task', () => {
  const numbers = (name: string, profiles = DEFAULT_BUDGET_PROFILES): readonly number[] =>
    COMPLEXITIES.map(complexity => calculateBudget(profiles, { name }, complexity).calculated_budget)

  test('the worked examples', () => {
    expect(numbers('specialists/dbt-expert')).toEqual([10_000, 20_000, 30_000, 40_000])
    expect(numbers('roles/any')).toEqual([25_000, 50_000, 75_000, 100_000])
    expect(numbers('roles/data-architect-role')).toEqual([37_500, 75_000, 112_500, 150_000])
    const broad = read(`{ "agent_assignments": { "specialists/aws-expert": "specialist-broad" } }`)
    expect(numbers('aws-expert', broad)).toEqual([17_500, 35_000, 52_500, 70_000])
  })

  test('everything that is known of it', () => {
    expect(calculateBudget(DEFAULT_BUDGET_PROFILES, { name: 'dbt-expert', type: 'specialists' }, 'complex')).toEqual({
      agent: 'specialists/dbt-expert',
      profile: 'specialist-narrow',
      complexity: 'complex',
      base: 20_000,
      max: 50_000,
      multiplier: 1.5,
      calculated_budget: 30_000,
      capped: false,
      scope_weights: { 'agent-specific': 0.5, recent: 0.3, global: 0.2 },
    })
  })

  test('never above the maximum of the profile, nor above the cap of the role', () => {
    const steep = read(`{ "complexity_multipliers": { "complex": 9 } }`)
    expect(calculateBudget(steep, { name: 'dbt-expert' }, 'complex')).toMatchObject({
      calculated_budget: 50_000,
      capped: true,
    })
    expect(calculateBudget(steep, { name: 'dbt-expert' }, 'complex', 4000)).toMatchObject({
      calculated_budget: 4000,
      capped: true,
    })
  })

  test('an agent by its full name, by name and type, or by its name alone', () => {
    const of = (name: string, type?: string) => calculateBudget(DEFAULT_BUDGET_PROFILES, { name, type }, 'medium')
    expect(of('data-architect-role')).toMatchObject({ agent: 'roles/data-architect-role', profile: 'role-architect' })
    expect(of('nobody', 'specialists')).toMatchObject({ agent: 'specialists/nobody', profile: 'specialist-narrow' })
    expect(of('roles/nobody')).toMatchObject({ agent: 'roles/nobody', profile: 'role-coordinator' })
    expect(() => of('nobody')).toThrow(
      /there is no profile for the agent "specialists\/nobody" or "roles\/nobody"; known are .*; with the type of the agent/,
    )
    expect(() => of('dbt-expert', 'robots')).toThrow('there is no profile for the agent "robots/dbt-expert"')
  })
})
