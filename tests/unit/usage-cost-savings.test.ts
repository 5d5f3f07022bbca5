/** Which configured model would have cost less for the same calls. */
import { expect, test } from '@jest/globals'
import type { CostTotal } from '../../src/usage/cost-reader.ts'
import { costSavings } from '../../src/usage/cost-savings.ts'
import { amountOf } from '../../src/usage/prices/amount.ts'
import { FREE, type Tariff } from '../../src/usage/prices/call-cost.ts'
import type { PriceBook } from '../../src/usage/prices/price-book.ts'

const tariff = (input: number, output: number, request = 0): Tariff => ({
  ...FREE,
  input: amountOf(input),
  cached_input: amountOf(input / 2),
  output: amountOf(output),
  request: amountOf(request),
})

const PRICES: Readonly<Record<string, Tariff>> = {
  large: tariff(2.5, 10),
  small: tariff(0.15, 0.6),
  similar: tariff(2.4, 9),
  dear: tariff(10, 40),
  by_call: tariff(0, 0, 0.001),
  local: FREE,
}

const prices: Pick<PriceBook, 'priceOf'> = {
  priceOf: ({ model }) => {
    const found = PRICES[model]
    return (
      found && { tariff: found, currency: model === 'local' ? undefined : model === 'small_in_euros' ? 'EUR' : 'USD' }
    )
  },
}

const total = (key: string, more: Partial<CostTotal> = {}): CostTotal => ({
  key,
  currency: 'USD',
  calls: 100,
  failed: 0,
  unpriced: 0,
  input_tokens: 1_000_000,
  cached_tokens: 0,
  output_tokens: 100_000,
  cost: amountOf(3.5),
  ...more,
})

const savings = (totals: readonly CostTotal[], ...models: readonly string[]) =>
  costSavings(
    totals,
    models.map(model => ({ provider: 'p', model })),
    { prices, least_calls: 10 },
  ).map(({ model, cheaper_model, would_cost }) => [model, cheaper_model, Number(would_cost) / 1e9])

test.each([
  ['a smaller model', total('large'), ['large', 'small'], [['large', 'small', 0.21]]],
  [
    'several, the largest saving first',
    total('large'),
    ['large', 'small', 'local', 'by_call'],
    [
      ['large', 'local', 0],
      ['large', 'by_call', 0.1],
      ['large', 'small', 0.21],
    ],
  ],
  [
    'with a cache',
    total('large', { cached_tokens: 500_000, cost: amountOf(2.875) }),
    ['large', 'small'],
    [['large', 'small', 0.1725]],
  ],
  ['hardly cheaper', total('large'), ['large', 'similar'], []],
  ['dearer', total('large'), ['large', 'dear'], []],
  ['no other model', total('large'), ['large'], []],
  ['without a price', total('large'), ['large', 'unknown'], []],
  ['another currency', total('large', { currency: 'EUR' }), ['large', 'small'], []],
  ['too few calls', total('large', { calls: 9 }), ['large', 'small'], []],
  ['calls without a price', total('large', { unpriced: 1 }), ['large', 'small'], []],
  ['nothing was paid', total('local', { cost: 0n }), ['local', 'small'], []],
  ['a model of another use', total('embedder'), ['large', 'small'], []],
])('%s', (_name, each, models, expected) => {
  expect(savings([each], ...models)).toEqual(expected)
})
