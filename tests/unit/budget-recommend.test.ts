/** Recommendations: the rules, their thresholds, the named targets, and what a change of the profiles makes of old entries. */
import { describe, expect, test } from '@jest/globals'
import {
  BUDGET_SCOPES,
  DEFAULT_BUDGET_PROFILES,
  type BudgetProfiles,
  type BudgetScope,
} from '../../src/budget/profiles/budget-profiles.ts'
import { budgetsToday, recommend, suggestForPeople } from '../../src/budget/usage/recommend.ts'
import { UsageCounter, type UsageAnalysis } from '../../src/budget/usage/usage-analysis.ts'
import { entryOf, openUseOf, type BegunUsage } from '../../src/budget/usage/usage-entry.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'

const CAPS = { client: 4000, godfather: 100_000 }
const DBT = 'specialists/dbt-expert'

const analysisOf = (uses: readonly Partial<BegunUsage>[], profiles: BudgetProfiles): UsageAnalysis => {
  const counter = new UsageCounter({}, budgetsToday(profiles, CAPS))
  for (const more of uses) {
    const use = openUseOf(begunUsage(more), { id: 'x', at: 0, run: 'live' })
    counter.add([JSON.stringify(entryOf(use, { success: true }, 1))])
  }
  return counter.result()
}

const recommended = (uses: readonly Partial<BegunUsage>[], profiles = DEFAULT_BUDGET_PROFILES) =>
  recommend(analysisOf(uses, profiles), { profiles, caps: CAPS })

const scopesOf = (share: Readonly<Record<BudgetScope, number>>, tokens: number): BegunUsage['scope_breakdown'] => {
  const scope = (name: BudgetScope) => ({ count: 1, tokens: share[name] * tokens, demand_tokens: share[name] * tokens })
  return { 'agent-specific': scope('agent-specific'), recent: scope('recent'), global: scope('global') }
}

/** Uses of an agent, each with a share of its budget; the scopes are used as the weights say. */
const uses = (agent: string, shares: readonly number[], more: Partial<BegunUsage> = {}): Partial<BegunUsage>[] => {
  const { budget_allocated = 20_000 } = more
  return shares.map(share => {
    const demand_tokens = Math.round(share * budget_allocated)
    return {
      kind: 'load',
      agent,
      complexity: 'medium',
      budget_allocated,
      tokens_loaded: Math.min(demand_tokens, budget_allocated),
      demand_tokens,
      scope_breakdown: scopesOf({ 'agent-specific': 0.5, recent: 0.3, global: 0.2 }, demand_tokens),
      ...more,
    }
  })
}

const times = (count: number, share: number): number[] => Array<number>(count).fill(share)

describe('the rules', () => {
  test.each([
    ['3 of 10 exceed', [...times(7, 0.9), ...times(3, 1.2)], 'upgrade', 0.8],
    ['all exceed', times(10, 1.5), 'upgrade', 1],
    ['exactly a fifth exceeds: not more than a fifth', [...times(8, 0.9), ...times(2, 1.2)], undefined, undefined],
    ['a bit more than a fifth', [...times(11, 0.9), ...times(3, 1.2)], 'upgrade', 0.71],
    ['a use of 20 % on average', times(10, 0.2), 'downgrade', 0.9],
    ['a use of 40 % on average', times(10, 0.4), 'downgrade', 0.7],
    ['a use of 45 % on average: too unsure', times(10, 0.45), undefined, undefined],
    ['a use of exactly one half', times(10, 0.5), undefined, undefined],
    ['a good use', times(100, 0.75), undefined, undefined],
    ['9 samples', times(9, 1.5), undefined, undefined],
    ['no samples', [], undefined, undefined],
    ['nothing was ever needed', times(10, 0), 'downgrade', 0.9],
  ])('%s', (_name, shares, kind, confidence) => {
    const found = recommended(uses(DBT, shares))
    expect(found.map(each => [each.kind, each.confidence])).toEqual(kind === undefined ? [] : [[kind, confidence]])
    for (const each of found) {
      expect(each).toMatchObject({ agent: DBT, profile: 'specialist-narrow', samples: shares.length })
      expect(each.reason).not.toBe('')
      expect(each.target.name).not.toBe('')
    }
  })

  test('the thresholds are those of the profile file', () => {
    const tuning = { exceed_rate: 0.5, under_use: 0.9, min_samples: 3, min_confidence: 0.65 }
    const profiles = { ...DEFAULT_BUDGET_PROFILES, tuning }
    expect(recommended(uses(DBT, [...times(6, 0.9), ...times(4, 1.2)]), profiles)).toEqual([])
    expect(recommended(uses(DBT, times(3, 0.8)), profiles)).toMatchObject([{ kind: 'downgrade', confidence: 0.7 }])
    expect(recommended(uses(DBT, times(2, 0.8)), profiles)).toEqual([])
  })

  test.each([
    ['as the weights say', { 'agent-specific': 0.5, recent: 0.3, global: 0.2 }, undefined],
    ['off by exactly a tenth', { 'agent-specific': 0.6, recent: 0.3, global: 0.1 }, undefined],
    ['two off', { 'agent-specific': 0.7, recent: 0.1, global: 0.2 }, 0.8],
    ['all off', { 'agent-specific': 0.2, recent: 0.45, global: 0.35 }, 0.85],
    ['one scope alone', { 'agent-specific': 1, recent: 0, global: 0 }, 0.85],
  ])('shares of the scopes %s', (_name, share, confidence) => {
    const scope_breakdown = scopesOf(share, 15_000)
    const found = recommended(uses(DBT, times(10, 0.75), { scope_breakdown }))
    expect(found.map(each => [each.kind, each.confidence])).toEqual(
      confidence === undefined ? [] : [['adjust_weights', confidence]],
    )
    for (const { target } of found) {
      const sum = BUDGET_SCOPES.reduce((total, scope) => total + target.scope_weights[scope], 0)
      expect(sum).toBeCloseTo(1, 10)
      for (const scope of BUDGET_SCOPES) {
        expect(target.scope_weights[scope]).toBeGreaterThan(0)
        expect(Math.abs(target.scope_weights[scope] - share[scope])).toBeLessThanOrEqual(0.1)
      }
    }
  })

  test('weights add up to 1 for any shares', () => {
    for (let at = 1; at < 200; at++) {
      const specific = ((at * 37) % 100) / 100
      const recent = (1 - specific) * (((at * 53) % 100) / 100)
      const share = { 'agent-specific': specific, recent, global: 1 - specific - recent }
      const [found] = recommended(uses(DBT, times(10, 0.75), { scope_breakdown: scopesOf(share, 10_000) }))
      if (found === undefined) continue
      expect(BUDGET_SCOPES.reduce((sum, scope) => sum + found.target.scope_weights[scope], 0)).toBeCloseTo(1, 10)
    }
  })

  test('the surest comes first', () => {
    const found = recommended([
      ...uses('roles/a-role', times(10, 0.4), { budget_allocated: 50_000 }),
      ...uses(DBT, times(10, 1.5)),
      ...uses('specialists/aws-expert', [...times(7, 0.9), ...times(3, 1.2)]),
    ])
    expect(found.map(each => each.confidence)).toEqual([1, 0.8, 0.7])
  })
})

describe('the target', () => {
  test.each([
    ['the next profile is enough', 'specialists/x', 20_000, times(10, 1.3), 'specialist-broad', 35_000],
    ['much more is needed', 'specialists/x', 20_000, times(10, 3), 'role-architect', 75_000],
    ['only a little more', 'roles/x', 50_000, times(10, 1.01), 'role-architect', 75_000],
    ['less is enough', 'roles/x', 50_000, times(10, 0.3), 'specialist-narrow', 20_000],
    ['half is enough', 'roles/data-architect-role', 75_000, times(10, 0.4), 'specialist-broad', 35_000],
  ] as const)('an existing profile: %s', (_name, agent, budget_allocated, shares, name, base_budget) => {
    expect(recommended(uses(agent, shares, { budget_allocated }))).toMatchObject([
      { target: { name, base_budget, exists: true } },
    ])
  })

  test('beyond the largest and below the smallest, the agent gets a profile of its own', () => {
    const large = recommended(uses('roles/data-architect-role', times(10, 1.2), { budget_allocated: 75_000 }))
    // No other agent has the profile: it is changed itself.
    expect(large).toMatchObject([{ target: { name: 'role-architect', base_budget: 99_000, max_budget: 198_000 } }])
    const small = recommended(uses('specialists/aws-expert', times(10, 0.2)))
    expect(small).toMatchObject([{ target: { name: 'aws-expert-small', base_budget: 4500, exists: false } }])
  })

  test('the profile of people is changed itself, and the cap of the role is named where it is in the way', () => {
    const turns = uses('client', times(10, 1.5), { kind: 'turn', profile: 'client', budget_allocated: 4000 })
    expect(recommended(turns)).toMatchObject([
      {
        agent: 'client',
        profile: 'client',
        target: { name: 'client', base_budget: 7000, max_budget: 7000, exists: false },
        reason: expect.stringContaining('memory.session.max_tokens_by_role.client of 4,000 must be raised as well'),
      },
    ])
    const few = uses('client', times(10, 0.2), { kind: 'turn', profile: 'client', budget_allocated: 4000 })
    expect(recommended(few)).toMatchObject([{ target: { name: 'client', base_budget: 1000 } }])
  })

  test('no agent is moved to a profile of people', () => {
    for (const share of [0.05, 0.1, 0.2, 0.3]) {
      const [found] = recommended(uses('specialists/x', times(10, share)))
      expect(found?.target.name).toBe('x-small')
    }
  })

  test('a low average with high peaks calls for no smaller budget', () => {
    expect(recommended(uses(DBT, [...times(18, 0.2), ...times(2, 0.99)]))).toEqual([])
  })

  test('agents without a profile, and loads without one, get no recommendation', () => {
    expect(recommended([...uses('none', times(20, 2)), ...uses('strangers/x', times(20, 2))])).toEqual([])
  })
})

describe('after a change of the profiles', () => {
  const enlarged: BudgetProfiles = {
    ...DEFAULT_BUDGET_PROFILES,
    agent_assignments: { ...DEFAULT_BUDGET_PROFILES.agent_assignments, [DBT]: 'role-coordinator' },
  }

  test('old entries do not call for the same change again', () => {
    const old = uses(DBT, times(20, 1.8))
    expect(recommended(old)).toMatchObject([{ kind: 'upgrade', target: { name: 'role-coordinator' } }])
    expect(recommended(old, enlarged)).toEqual([])
  })

  test('entries of other complexities are measured by their own budgets', () => {
    const complex = uses(DBT, times(20, 0.9), { complexity: 'complex', budget_allocated: 30_000 })
    expect(recommended(complex)).toEqual([])
    expect(recommended(complex, enlarged)).toMatchObject([{ kind: 'downgrade', profile: 'role-coordinator' }])
  })

  test('entries that do not say what was needed count as they are', () => {
    const lines = uses(DBT, times(10, 1)).map(more => {
      const use = openUseOf(begunUsage({ ...more, budget_allocated: 1000 }), {
        id: 'x',
        at: 0,
        run: 'live',
      })
      const { demand_tokens: _left_out, ...entry } = entryOf(use, { success: true }, 1)
      return JSON.stringify({ ...entry, exceeded_budget: true })
    })
    const counter = new UsageCounter({}, budgetsToday(DEFAULT_BUDGET_PROFILES, CAPS))
    counter.add(lines)
    expect(recommend(counter.result(), { profiles: DEFAULT_BUDGET_PROFILES, caps: CAPS })).toMatchObject([
      { kind: 'upgrade' },
    ])
  })
})

describe('single people', () => {
  const turns = (person_id: string, count: number, share: number): Partial<BegunUsage>[] =>
    uses('client', times(count, share), { kind: 'turn', person_id, profile: 'client', budget_allocated: 4000 })

  const suggested = (all: readonly Partial<BegunUsage>[]) =>
    suggestForPeople(analysisOf(all, DEFAULT_BUDGET_PROFILES), { profiles: DEFAULT_BUDGET_PROFILES, caps: CAPS })

  test('each by their own turns, and only with enough of them', () => {
    expect(
      suggested([...turns('ana', 12, 1.4), ...turns('ben', 20, 0.2), ...turns('cleo', 50, 0.8), ...turns('dan', 9, 2)]),
    ).toMatchObject([
      { person_id: 'ana', kind: 'upgrade', profile: 'client', target: 'godfather', base_budget: 6500, samples: 12 },
      { person_id: 'ben', kind: 'downgrade', profile: 'client', target: undefined, base_budget: 1000, samples: 20 },
    ])
  })
})
