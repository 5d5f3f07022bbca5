/** Packs items into a budget: the most relevant of each scope within its share, then items that fit into the rest. */
import { BUDGET_SCOPES, type BudgetScope, type ScopeWeights } from '../profiles/budget-profiles.ts'
import type { ScopeUsage } from '../usage/usage-entry.ts'
import { allotScopes, type ScopeTokens } from './allot-scopes.ts'

/** An item that can be packed. */
export interface ScopedItem {
  readonly scope: BudgetScope
  /** Whole tokens. */
  readonly tokens: number
  /** Finite; the higher the better. Never capped, because a cap would make the best items equal. */
  readonly relevance: number
}

/**
 * Why an item was taken or left. `in_share`: it fits into its scope's share. `in_rest`: it fits into what other scopes
 * left. `no_room`: it is larger than what was left. `too_large`: it is larger than the whole budget. `no_weight`: its
 * scope has no share.
 */
export type ScopePackingReason = 'in_share' | 'in_rest' | 'no_room' | 'too_large' | 'no_weight'

export interface ScopePackedItem<Item extends ScopedItem> {
  readonly item: Item
  readonly taken: boolean
  readonly reason: ScopePackingReason
}

export interface ScopePacking<Item extends ScopedItem> {
  /** All items, most relevant first; equal ones in the order in which they were given. */
  readonly items: readonly ScopePackedItem<Item>[]
  /** Tokens that each scope may use. */
  readonly allotted: ScopeTokens
  readonly scopes: Readonly<Record<BudgetScope, ScopeUsage>>
  /** Tokens taken. */
  readonly tokens: number
  /** Tokens taken, and those of relevant items that did not fit; above the budget if it was too small. */
  readonly demand: number
}

export interface ScopePackingLimits<Item extends ScopedItem> {
  /** Tokens. */
  readonly budget: number
  readonly weights: ScopeWeights
  /** Whether an item that did not fit counts as demand. */
  readonly isRelevant: (item: Item) => boolean
}

/**
 * Packs by relevance. Each scope has its share of the budget, and more if others need less (`allotScopes`). An item
 * that does not fit is left, and smaller ones after it are tried. Because items are whole, shares are not filled to the
 * last token: the rest of all shares goes to the most relevant items that fit into it, whatever their scope.
 *
 * With a larger budget, a scope loses an item of its share only to a more relevant one.
 */
export const packByScopes = <Item extends ScopedItem>(
  items: readonly Item[],
  { budget, weights, isRelevant }: ScopePackingLimits<Item>,
): ScopePacking<Item> => {
  const columns = columnsOf(items, isRelevant)
  const sorted = byRelevance(columns.relevance)
  const sums = tokensByScope(columns)
  const allotted = allotScopes(budget, weights, sums)
  const reasons = reasonsFor(columns, sorted, { budget, allotted, weights })
  const packed: ScopePackedItem<Item>[] = []
  for (const at of sorted) {
    const item = items[at]
    const reason = REASONS[reasons[at] ?? NO_ROOM]
    if (item === undefined || reason === undefined) continue
    packed.push({ item, taken: reason === 'in_share' || reason === 'in_rest', reason })
  }
  const scopes = usageOf(columns, reasons)
  const total = (field: keyof ScopeUsage): number => BUDGET_SCOPES.reduce((sum, scope) => sum + scopes[scope][field], 0)
  return { items: packed, allotted, scopes, tokens: total('tokens'), demand: total('demand_tokens') }
}

/**
 * The fields of the items, one array for each: sorting and packing read thousands of them several times, in another
 * order than the items have in memory.
 */
interface Columns {
  /** Positions in `BUDGET_SCOPES`. */
  readonly scopes: Uint8Array
  readonly tokens: Float64Array
  readonly relevance: Float64Array
  /** 1: an item that did not fit counts as demand. */
  readonly relevant: Uint8Array
}

const columnsOf = <Item extends ScopedItem>(items: readonly Item[], isRelevant: (item: Item) => boolean): Columns => {
  const scopes = new Uint8Array(items.length)
  const tokens = new Float64Array(items.length)
  const relevance = new Float64Array(items.length)
  const relevant = new Uint8Array(items.length)
  let at = 0
  for (const item of items) {
    scopes[at] = BUDGET_SCOPES.indexOf(item.scope)
    tokens[at] = item.tokens
    relevance[at] = item.relevance
    relevant[at] = isRelevant(item) ? 1 : 0
    at++
  }
  return { scopes, tokens, relevance, relevant }
}

/** @param values one for each scope, in the order of `BUDGET_SCOPES` */
const byScope = <Value>(values: readonly Value[]): Readonly<Record<BudgetScope, Value>> =>
  Object.fromEntries(BUDGET_SCOPES.map((scope, at) => [scope, values[at]])) as Record<BudgetScope, Value>

const tokensByScope = ({ scopes, tokens }: Columns): ScopeTokens => {
  const sums = new Float64Array(BUDGET_SCOPES.length)
  for (let at = 0; at < tokens.length; at++) {
    const scope = scopes[at] ?? 0
    sums[scope] = (sums[scope] ?? 0) + (tokens[at] ?? 0)
  }
  return byScope([...sums])
}

/** @param reasons as `reasonsFor` returns them */
const usageOf = (
  { scopes, tokens, relevant }: Columns,
  reasons: Uint8Array,
): Readonly<Record<BudgetScope, ScopeUsage>> => {
  const usage = BUDGET_SCOPES.map(() => ({ count: 0, tokens: 0, demand_tokens: 0 }))
  for (let at = 0; at < tokens.length; at++) {
    const scope = usage[scopes[at] ?? 0]
    const reason = reasons[at]
    const needed = tokens[at] ?? 0
    if (scope === undefined) continue
    if (reason === IN_SHARE || reason === IN_REST) {
      scope.count++
      scope.tokens += needed
      scope.demand_tokens += needed
    } else if (reason !== NO_WEIGHT && relevant[at] === 1) scope.demand_tokens += needed
  }
  return byScope(usage)
}

const REASONS: readonly ScopePackingReason[] = ['no_room', 'in_share', 'in_rest', 'no_weight', 'too_large']
const [NO_ROOM, IN_SHARE, IN_REST, NO_WEIGHT, TOO_LARGE] = [0, 1, 2, 3, 4] as const

/**
 * For each item, in the order of the columns, the position of the reason in `REASONS`.
 * @param sorted positions of the items, the most relevant first
 */
const reasonsFor = (
  { scopes, tokens }: Columns,
  sorted: Uint32Array,
  {
    budget,
    allotted,
    weights,
  }: { readonly budget: number; readonly allotted: ScopeTokens; readonly weights: ScopeWeights },
): Uint8Array => {
  const reasons = new Uint8Array(sorted.length)
  const isWeighted = BUDGET_SCOPES.map(scope => weights[scope] > 0)
  const room = BUDGET_SCOPES.map(scope => allotted[scope])
  for (let nth = 0; nth < sorted.length; nth++) {
    const at = sorted[nth] ?? 0
    const scope = scopes[at] ?? 0
    const needed = tokens[at] ?? 0
    const left = (room[scope] ?? 0) - needed
    if (isWeighted[scope] !== true) reasons[at] = NO_WEIGHT
    else if (left < 0) reasons[at] = needed > budget ? TOO_LARGE : NO_ROOM
    else {
      room[scope] = left
      reasons[at] = IN_SHARE
    }
  }
  let rest = room.reduce((sum, left) => sum + left, 0)
  for (let nth = 0; nth < sorted.length; nth++) {
    const at = sorted[nth] ?? 0
    const left = rest - (tokens[at] ?? 0)
    if (left < 0 || reasons[at] !== NO_ROOM) continue
    rest = left
    reasons[at] = IN_REST
  }
  return reasons
}

/** Relevances are compared in this many steps. */
const RANKS = 2 ** 30
/** Bits of a rank that one pass of the sort looks at; three passes cover all of them. */
const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS
const PASSES = 3

/**
 * Positions, the most relevant first; equal ones keep their order. A turn may have 10,000 candidates: a radix sort takes
 * a fifth of the time of the built-in sort. Relevances that differ by less than a billionth of the range count as equal.
 */
const byRelevance = (relevance: Float64Array): Uint32Array => {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < relevance.length; at++) {
    const each = relevance[at] ?? 0
    if (each < least) least = each
    if (each > most) most = each
  }
  const scale = most > least ? RANKS / (most - least) : 0
  const ranks = new Uint32Array(relevance.length)
  let places = new Uint32Array(relevance.length)
  for (let at = 0; at < ranks.length; at++) {
    ranks[at] = Math.round((most - (relevance[at] ?? 0)) * scale)
    places[at] = at
  }
  for (let pass = 0; pass < PASSES; pass++) places = sortedByDigit(places, ranks, pass * DIGIT_BITS)
  return places
}

/** Positions in the order of one digit of their ranks; those with the same digit keep their order. */
const sortedByDigit = (places: Uint32Array, ranks: Uint32Array, shift: number): Uint32Array<ArrayBuffer> => {
  /** Number of positions with each digit, then where the next one with that digit goes. */
  const next = new Uint32Array(DIGITS)
  for (let at = 0; at < ranks.length; at++) {
    const digit = ((ranks[at] ?? 0) >>> shift) % DIGITS
    next[digit] = (next[digit] ?? 0) + 1
  }
  let before = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = next[digit] ?? 0
    next[digit] = before
    before += count
  }
  const sorted = new Uint32Array(places.length)
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? 0
    const digit = ((ranks[place] ?? 0) >>> shift) % DIGITS
    const to = next[digit] ?? 0
    sorted[to] = place
    next[digit] = to + 1
  }
  return sorted
}
