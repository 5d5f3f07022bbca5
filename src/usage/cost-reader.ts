/** The port that adds up what model calls cost. */
import type { Amount } from './prices/amount.ts'

/** The dimensions by which costs are added up. */
export const COST_KEYS = ['day', 'person', 'chat', 'purpose', 'provider', 'model'] as const
export type CostKey = (typeof COST_KEYS)[number]

/** Days in the zone of the installation, in days since 1 January 1970; both ends are included. */
export interface DayRange {
  readonly first: number
  readonly last: number
}

/** The totals of calls with one key. */
export interface CostTotal {
  /** A day (in days since 1970), an id or a name; `undefined`: the calls were made for no one in particular. */
  readonly key: string | undefined
  /** `undefined`: no cost, or one of 0 in any currency. */
  readonly currency: string | undefined
  /** Number of calls, including failed ones. */
  readonly calls: number
  readonly failed: number
  /** Answered calls whose cost is unknown because their model had no price. */
  readonly unpriced: number
  readonly input_tokens: number
  readonly cached_tokens: number
  readonly output_tokens: number
  readonly cost: Amount
}

/** Adds two totals in one currency; the result has the key of the first. */
export const addTotals = (a: CostTotal, b: CostTotal): CostTotal => ({
  key: a.key,
  currency: a.currency,
  calls: a.calls + b.calls,
  failed: a.failed + b.failed,
  unpriced: a.unpriced + b.unpriced,
  input_tokens: a.input_tokens + b.input_tokens,
  cached_tokens: a.cached_tokens + b.cached_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cost: a.cost + b.cost,
})

export interface CostReader {
  /**
   * Totals of the calls that began on these days, of one person or chat or of all, one per key and currency, in no
   * particular order.
   */
  costs(range: DayRange, by: CostKey, person_id?: string, chat_id?: string): Promise<readonly CostTotal[]>
}
