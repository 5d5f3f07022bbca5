/** The budget divided among its scopes: shares, what flows on, and what holds for every budget. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { allotScopes, type ScopeTokens } from '../../src/budget/packing/allot-scopes.ts'
import { BUDGET_SCOPES, DEFAULT_BUDGET_PROFILES, type ScopeWeights } from '../../src/budget/profiles/budget-profiles.ts'

const tokens = (specific: number, recent: number, global: number): ScopeTokens => ({
  'agent-specific': specific,
  recent,
  global,
})
const NARROW: ScopeWeights = tokens(0.5, 0.3, 0.2)
const PLENTY = tokens(1e6, 1e6, 1e6)
const sum = (allotted: ScopeTokens): number => BUDGET_SCOPES.reduce((total, scope) => total + allotted[scope], 0)

describe('examples', () => {
  test.each([
    ['every scope needs more than its share', 30_000, NARROW, PLENTY, tokens(15_000, 9000, 6000)],
    ['everything is needed and fits', 30_000, NARROW, tokens(9000, 100, 5), tokens(9000, 100, 5)],
    ['one scope alone takes the whole budget', 30_000, NARROW, tokens(1e6, 0, 0), tokens(30_000, 0, 0)],
    ['the rest is divided by weight', 30_000, NARROW, tokens(0, 1e6, 1e6), tokens(0, 18_000, 12_000)],
    ['what recent leaves flows to the others', 10_000, NARROW, tokens(1e6, 900, 1e6), tokens(6500, 900, 2600)],
    ['the flow itself overflows', 10_000, NARROW, tokens(1e6, 0, 2100), tokens(7900, 0, 2100)],
    ['a scope without a weight gets none', 100, tokens(0.7, 0.3, 0), tokens(10, 10, 50), tokens(10, 10, 0)],
    ['thirds', 100, tokens(0.33, 0.33, 0.33), PLENTY, tokens(34, 33, 33)],
    ['one token', 1, NARROW, PLENTY, tokens(1, 0, 0)],
    ['no token', 0, NARROW, PLENTY, tokens(0, 0, 0)],
    ['a negative budget', -5, NARROW, PLENTY, tokens(0, 0, 0)],
    ['a budget that is not a number', Number.NaN, NARROW, PLENTY, tokens(0, 0, 0)],
    ['half a token is none', 10.9, NARROW, PLENTY, tokens(5, 3, 2)],
    ['no limit of the demand', 100, NARROW, tokens(Infinity, Infinity, Infinity), tokens(50, 30, 20)],
  ])('%s', (_name, budget, weights, demand, expected) => {
    expect(allotScopes(budget, weights, demand)).toEqual(expected)
  })

  test('the weights of every usual profile are shares of the budget', () => {
    for (const { base_budget, scope_weights } of Object.values(DEFAULT_BUDGET_PROFILES.profiles)) {
      const allotted = allotScopes(base_budget, scope_weights, PLENTY)
      for (const scope of BUDGET_SCOPES) expect(allotted[scope]).toBeCloseTo(base_budget * scope_weights[scope], 0)
    }
  })
})

describe('for every budget, weight and demand', () => {
  const weight = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map(n => n / 100),
    fc.double({ min: 0, max: 1, noNaN: true }).filter(n => n === 0 || n > 1e-6),
  )
  const weights = fc.tuple(weight, weight, weight).map(([a, b, c]) => tokens(a, b, c))
  const count = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 10_000_000 }))
  const demand = fc.tuple(count, count, count).map(([a, b, c]) => tokens(a, b, c))
  const runs = { numRuns: 2000 }

  test('whole tokens, never above the budget or a demand; nothing is left while a scope needs more', () => {
    fc.assert(
      fc.property(count, weights, demand, (budget, shares, wanted) => {
        const allotted = allotScopes(budget, shares, wanted)
        let needed = 0
        for (const scope of BUDGET_SCOPES) {
          expect(Number.isInteger(allotted[scope])).toBe(true)
          expect(allotted[scope]).toBeGreaterThanOrEqual(0)
          expect(allotted[scope]).toBeLessThanOrEqual(shares[scope] === 0 ? 0 : wanted[scope])
          needed += shares[scope] === 0 ? 0 : wanted[scope]
        }
        expect(sum(allotted)).toBe(Math.min(budget, needed))
      }),
      runs,
    )
  })

  test('a larger budget gives no scope less', () => {
    const more = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1_000_000 }))
    fc.assert(
      fc.property(count, more, weights, demand, (budget, further, shares, wanted) => {
        const smaller = allotScopes(budget, shares, wanted)
        const larger = allotScopes(budget + further, shares, wanted)
        for (const scope of BUDGET_SCOPES) expect(larger[scope]).toBeGreaterThanOrEqual(smaller[scope])
      }),
      runs,
    )
  })

  test('no scope gets less than its share, rounded down, unless it needs less', () => {
    fc.assert(
      fc.property(count, weights, demand, (budget, shares, wanted) => {
        const whole = BUDGET_SCOPES.reduce((total, scope) => total + shares[scope], 0)
        fc.pre(whole > 0)
        const allotted = allotScopes(budget, shares, wanted)
        for (const scope of BUDGET_SCOPES) {
          if (shares[scope] === 0) continue
          // One token for rounding errors of the division itself.
          const share = Math.floor((budget * shares[scope]) / whole) - 1
          expect(allotted[scope]).toBeGreaterThanOrEqual(Math.min(share, wanted[scope]))
        }
      }),
      runs,
    )
  })

  test('a scope that needs less leaves the others no less', () => {
    fc.assert(
      fc.property(count, weights, demand, fc.constantFrom(...BUDGET_SCOPES), (budget, shares, wanted, scope) => {
        const before = allotScopes(budget, shares, wanted)
        const after = allotScopes(budget, shares, { ...wanted, [scope]: Math.floor(wanted[scope] / 2) })
        for (const other of BUDGET_SCOPES) {
          if (other !== scope) expect(after[other]).toBeGreaterThanOrEqual(before[other])
        }
      }),
      runs,
    )
  })
})
