/** The port that adds up what calls to models cost. */
import type { Amount } from './prices/amount.ts'

/** What costs are added up by. */
export const COST_KEYS = ['day', 'person', 'chat', 'purpose', 'provider', 'model'] as const
export type CostKey = (typeof COST_KEYS)[number]

/** Days in the zone of the installation, in days since 1 January 1970; both are included. */
export interface DayRange {
  readonly first: number
  readonly last: number
}

/** What calls with one key came to. */
export interface CostTotal {
  /** A day (in days since 1970), or an id or a name; `undefined`: the calls were made for no one in particular. */
  readonly key: string | undefined
  /** `undefined`: no cost, or one of 0 in any currency. */
  readonly currency: string | undefined
  /** Failed ones included. */
  readonly calls: number
  readonly failed: number
  /** Calls with an answer whose cost is not known: their model had no price. */
  readonly unpriced: number
  readonly input_tokens: number
  readonly cached_tokens: number
  readonly output_tokens: number
  readonly cost: Amount
}

/** Two totals in one currency as one, with the key of the first. */
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
  /** Totals of the calls that began on these days, of one person or chat or of all, one for each key and currency, in no particular order. */
  costs(range: DayRange, by: CostKey, person_id?: string, chat_id?: string): Promise<readonly CostTotal[]>
}
