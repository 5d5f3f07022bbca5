/** Divides a budget among its scopes: each has its share, and unused tokens go to the scopes that need more. */
import { BUDGET_SCOPES, type BudgetScope, type ScopeWeights } from '../profiles/budget-profiles.ts'

/** Tokens for each scope. */
export type ScopeTokens = Readonly<Record<BudgetScope, number>>

/** The exact share of a scope is rounded down and lowered by this: rounding errors then never exceed the result. */
const CERTAIN_MARGIN_TOKENS = 2

/**
 * Tokens that each scope may use. Every scope has its share of the budget; tokens that it does not need go to the
 * others in proportion to their weights, until the budget is used up or no scope needs more. A scope with the weight 0
 * gets none.
 *
 * The result never exceeds the budget or a demand and consists of whole tokens, and with a larger budget no scope gets
 * fewer. Tokens are assigned one by one, each to the scope that then has the fewest tokens for its weight (the D'Hondt
 * method), so a larger budget only continues the sequence. All but the last few are calculated at once.
 * @param budget tokens
 * @param demand tokens that each scope could use; `Infinity` for no limit
 */
export const allotScopes = (budget: number, weights: ScopeWeights, demand: ScopeTokens): ScopeTokens => {
  const total = wholeTokens(budget)
  const scopes = BUDGET_SCOPES.map(scope => ({
    scope,
    weight: weights[scope],
    wanted: weights[scope] > 0 ? Math.min(wholeTokens(demand[scope]), total) : 0,
  }))
  const level = tokensPerWeight(total, scopes)
  const allotted: Record<BudgetScope, number> = { 'agent-specific': 0, recent: 0, global: 0 }
  let left = total
  for (const { scope, weight, wanted } of scopes) {
    const filled = wanted === 0 ? 0 : Math.min(wanted, Math.floor(weight * level))
    allotted[scope] = Math.max(0, filled - CERTAIN_MARGIN_TOKENS)
    left -= allotted[scope]
  }
  for (; left > 0; left--) {
    let next: (typeof scopes)[number] | undefined
    for (const each of scopes) {
      const { scope, weight, wanted } = each
      if (allotted[scope] >= wanted) continue
      if (next === undefined || (allotted[scope] + 1) / weight < (allotted[next.scope] + 1) / next.weight) next = each
    }
    if (next === undefined) break
    allotted[next.scope]++
  }
  return allotted
}

/** `NaN` and negative numbers are not tokens. */
const wholeTokens = (tokens: number): number => (tokens > 0 ? Math.floor(tokens) : 0)

interface ScopeNeed {
  readonly weight: number
  readonly wanted: number
}

/** The level to which all scopes are filled, in tokens per weight; `Infinity` if all get what they request. */
const tokensPerWeight = (total: number, scopes: readonly ScopeNeed[]): number => {
  let left = total
  let open = scopes.filter(({ wanted }) => wanted > 0)
  while (open.length > 0) {
    const level = left / open.reduce((sum, { weight }) => sum + weight, 0)
    const satisfied = open.filter(({ weight, wanted }) => wanted <= weight * level)
    if (satisfied.length === 0) return level
    left -= satisfied.reduce((sum, { wanted }) => sum + wanted, 0)
    open = open.filter(each => !satisfied.includes(each))
  }
  return Number.POSITIVE_INFINITY
}
