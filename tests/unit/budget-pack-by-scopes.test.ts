/** Packing by relevance within the shares of the scopes: what is taken and left, why, and what holds for every budget. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { packByScopes, type ScopePacking, type ScopedItem } from '../../src/budget/packing/pack-by-scopes.ts'
import { BUDGET_SCOPES, type BudgetScope, type ScopeWeights } from '../../src/budget/profiles/budget-profiles.ts'

interface Named extends ScopedItem {
  readonly name: string
}

const NARROW: ScopeWeights = { 'agent-specific': 0.5, recent: 0.3, global: 0.2 }
const SCOPES: Readonly<Record<string, BudgetScope>> = { a: 'agent-specific', r: 'recent', g: 'global' }

/** `a1 400 .9`: scope, tokens and relevance. */
const items = (...lines: readonly string[]): readonly Named[] =>
  lines.map(line => {
    const [name = '', tokens, relevance] = line.split(' ')
    return { name, scope: SCOPES[name.charAt(0)] ?? 'global', tokens: Number(tokens), relevance: Number(relevance) }
  })

const pack = (all: readonly Named[], budget: number, weights = NARROW): ScopePacking<Named> =>
  packByScopes(all, { budget, weights, isRelevant: ({ relevance }) => relevance >= 0.6 })
const taken = (packing: ScopePacking<Named>): readonly string[] =>
  packing.items.filter(each => each.taken).map(({ item }) => item.name)
const reasons = (packing: ScopePacking<Named>): Readonly<Record<string, string>> =>
  Object.fromEntries(packing.items.map(({ item, reason }) => [item.name, reason]))

describe('examples', () => {
  test('everything that fits is taken, the most relevant first', () => {
    const packing = pack(items('g1 100 .4', 'a1 400 .9', 'r1 200 .9'), 1000)
    expect(taken(packing)).toEqual(['a1', 'r1', 'g1'])
    expect(packing).toMatchObject({ tokens: 700, demand: 700 })
    expect(packing.scopes.recent).toEqual({ count: 1, tokens: 200, demand_tokens: 200 })
  })

  test('the shares of the scopes hold, however relevant the items of another scope are', () => {
    const packing = pack(items('a1 300 .9', 'a2 200 .9', 'a3 100 .9', 'r1 300 .5', 'g1 200 .1'), 1000)
    expect(taken(packing)).toEqual(['a1', 'a2', 'r1', 'g1'])
    expect(reasons(packing)).toMatchObject({ a3: 'no_room' })
  })

  test('what does not fit is left, and smaller items after it are tried', () => {
    const packing = pack(items('a1 600 .9', 'a2 700 .8', 'a3 300 .7', 'a4 100 .6'), 1000)
    expect(taken(packing)).toEqual(['a1', 'a3', 'a4'])
    expect(packing).toMatchObject({ tokens: 1000, demand: 1700 })
  })

  test('whole items leave a rest of every share, which goes to the most relevant that fits', () => {
    const packing = pack(items('a1 400 .9', 'a2 150 .8', 'r1 250 .7', 'r2 300 .6', 'g1 150 .5', 'g2 300 .4'), 1000)
    // Shares 500, 300, 200; a1, r1 and g1 leave a rest of 200.
    expect(reasons(packing)).toMatchObject({ a1: 'in_share', r1: 'in_share', g1: 'in_share', a2: 'in_rest' })
    expect(taken(packing)).toEqual(['a1', 'a2', 'r1', 'g1'])
  })

  test('only relevant items that did not fit are demand', () => {
    const all = items('a1 1000 .9', 'a2 500 .7', 'g1 500 .59', 'r1 250 .6')
    const packing = pack(all, 1000)
    expect(taken(packing)).toEqual(['a2', 'r1'])
    expect(packing).toMatchObject({ tokens: 750, demand: 1750 })
    expect(packing.scopes.global).toEqual({ count: 0, tokens: 0, demand_tokens: 0 })
    expect(pack(all, 10_000)).toMatchObject({ tokens: 2250, demand: 2250 })
  })

  test('a scope without a weight takes part in nothing', () => {
    const packing = pack(items('a1 100 .9', 'g1 100 .9'), 1000, { 'agent-specific': 0.7, recent: 0.3, global: 0 })
    expect(taken(packing)).toEqual(['a1'])
    expect(reasons(packing)).toMatchObject({ g1: 'no_weight' })
    expect(packing.demand).toBe(100)
  })

  test('an item larger than the whole budget', () => {
    const packing = pack(items('a1 1001 .9', 'g1 10 .1'), 1000)
    expect(reasons(packing)).toEqual({ a1: 'too_large', g1: 'in_share' })
    expect(packing.demand).toBe(1011)
  })

  test('equal relevance keeps the given order; a tiny difference decides', () => {
    expect(taken(pack(items('g1 1 .5', 'g2 1 .5', 'g3 1 .5'), 2))).toEqual(['g1', 'g2'])
    expect(taken(pack(items('g1 1 .5', 'g2 1 .5000001', 'g3 1 1.4'), 2))).toEqual(['g3', 'g2'])
    expect(taken(pack(items('g1 1 -3', 'g2 1 -2'), 1))).toEqual(['g2'])
  })

  test('nothing to pack, and no budget', () => {
    expect(pack([], 1000)).toMatchObject({ items: [], tokens: 0, demand: 0 })
    expect(pack(items('a1 5 .9', 'g1 0 .1'), 0)).toMatchObject({ tokens: 0, demand: 5 })
  })
})

describe('for all items and budgets', () => {
  const item = fc.record({
    scope: fc.constantFrom(...BUDGET_SCOPES),
    tokens: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 3000 })),
    relevance: fc.integer({ min: 0, max: 130 }).map(n => n / 100),
  })
  const all = fc
    .array(item, { maxLength: 40 })
    .map(list => list.map((each, at): Named => ({ ...each, name: String(at) })))
  const budgets = fc.integer({ min: 0, max: 20_000 })
  const runs = { numRuns: 1000 }

  test('never above the budget; no item that would still fit is left; demand counts exactly', () => {
    fc.assert(
      fc.property(all, budgets, (list, budget) => {
        const packing = pack(list, budget)
        const tokensOf = (kept: boolean, from = 0): number =>
          packing.items
            .filter(each => each.taken === kept && each.item.relevance >= from)
            .reduce((sum, each) => sum + each.item.tokens, 0)
        expect(packing.items).toHaveLength(list.length)
        expect(packing.tokens).toBe(tokensOf(true))
        expect(packing.tokens).toBeLessThanOrEqual(budget)
        expect(packing.demand).toBe(packing.tokens + tokensOf(false, 0.6))
        for (const each of packing.items) {
          if (!each.taken) expect(each.item.tokens).toBeGreaterThan(budget - packing.tokens)
        }
      }),
      runs,
    )
  })

  /** Names of what a scope has of its own share, the most relevant first, by place among the items of the scope. */
  const ownPlaces = (packing: ScopePacking<Named>, scope: BudgetScope): readonly boolean[] =>
    packing.items.filter(each => each.item.scope === scope).map(each => each.reason === 'in_share')

  test('with a larger budget a scope loses an item of its share only to a more relevant one, and never tokens', () => {
    fc.assert(
      fc.property(all, budgets, fc.integer({ min: 1, max: 3000 }), (list, budget, more) => {
        const [smaller, larger] = [pack(list, budget), pack(list, budget + more)]
        for (const scope of BUDGET_SCOPES) {
          const [before, after] = [ownPlaces(smaller, scope), ownPlaces(larger, scope)]
          const differs = before.findIndex((taken, at) => taken !== after[at])
          if (differs >= 0) expect(after[differs]).toBe(true)
          expect(ownTokens(larger, scope)).toBeGreaterThanOrEqual(ownTokens(smaller, scope))
        }
      }),
      runs,
    )
  })

  const ownTokens = (packing: ScopePacking<Named>, scope: BudgetScope): number =>
    packing.items
      .filter(each => each.item.scope === scope && each.reason === 'in_share')
      .reduce((sum, each) => sum + each.item.tokens, 0)

  test('of one scope alone, a larger budget never packs less, and what was packed of the best stays', () => {
    fc.assert(
      fc.property(all, budgets, fc.integer({ min: 1, max: 3000 }), (list, budget, more) => {
        const same = list.map(each => ({ ...each, scope: 'global' as const }))
        const [smaller, larger] = [pack(same, budget), pack(same, budget + more)]
        expect(larger.tokens).toBeGreaterThanOrEqual(smaller.tokens)
        const unbroken = ({ items: packed }: ScopePacking<Named>): number => {
          const end = packed.findIndex(each => !each.taken)
          return end === -1 ? packed.length : end
        }
        expect(unbroken(larger)).toBeGreaterThanOrEqual(unbroken(smaller))
      }),
      runs,
    )
  })
})
