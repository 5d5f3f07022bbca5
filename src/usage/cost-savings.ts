/** Compares what other models would have cost for the same calls. */
import type { CostTotal } from './cost-reader.ts'
import type { Amount } from './prices/amount.ts'
import { costOf } from './prices/call-cost.ts'
import type { PriceBook } from './prices/price-book.ts'
import type { PricedModel } from './prices/price-list.ts'

/** A model that would have cost less. Prices say nothing about the quality of its answers. */
export interface CostSaving {
  readonly model: string
  readonly cheaper_model: string
  readonly calls: number
  readonly cost: Amount
  readonly would_cost: Amount
  readonly currency: string | undefined
}

/** A smaller saving is not worth the change. */
const LEAST_PERCENT = 20n

/**
 * Compares what each model cost with the other configured models, at today's prices. Assumes that the same share of
 * tokens comes from the cache.
 * @param totals by model
 * @param models configured for answers; a model that is not among them is not compared
 * @param least_calls a model with fewer calls is not compared
 * @returns the largest saving first
 */
export const costSavings = (
  totals: readonly CostTotal[],
  models: readonly PricedModel[],
  { prices, least_calls }: { readonly prices: Pick<PriceBook, 'priceOf'>; readonly least_calls: number },
): readonly CostSaving[] =>
  totals
    .filter(
      ({ key, calls, unpriced, cost }) => calls >= least_calls && unpriced === 0 && cost > 0n && isOneOf(models, key),
    )
    .flatMap(total => models.flatMap(other => savingBy(total, other, prices) ?? []))
    .toSorted((one, other) => Number(other.cost - other.would_cost - (one.cost - one.would_cost)))

const isOneOf = (models: readonly PricedModel[], name: string | undefined): boolean =>
  models.some(({ model }) => model === name)

const savingBy = (
  { key, calls, cost, currency, input_tokens, cached_tokens, output_tokens }: CostTotal,
  other: PricedModel,
  prices: Pick<PriceBook, 'priceOf'>,
): CostSaving | undefined => {
  const price = other.model === key ? undefined : prices.priceOf({ ...other, kind: 'completion' })
  // Amounts in different currencies cannot be compared; a model without a currency is free in any.
  if (price === undefined || key === undefined || (price.currency ?? currency) !== currency) return undefined
  const { tariff } = price
  const tokens = costOf({ ...tariff, request: 0n }, { input_tokens, cached_tokens, output_tokens })
  const would_cost = tokens + BigInt(calls) * tariff.request
  if ((cost - would_cost) * 100n < cost * LEAST_PERCENT) return undefined
  return { model: key, cheaper_model: other.model, calls, cost, would_cost, currency }
}
