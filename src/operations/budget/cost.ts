/** `budget.cost`: the cost of model calls, by day, person, chat, purpose, provider or model. */
import { z } from 'zod'
import {
  addTotals,
  COST_KEYS,
  type CostKey,
  type CostReader,
  type CostTotal,
  type DayRange,
} from '../../usage/cost-reader.ts'
import { unitsOf } from '../../usage/prices/amount.ts'
import { nameOrPhone } from '../../people/person.ts'
import { DAY_MS, isoDay } from '../../platform/clock.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { findPerson, personField } from '../references.ts'

const USUAL_DAYS = 30
const MOST_DAYS = 366

const count = z.int().min(0)
const figures = {
  calls: count,
  failed: count,
  unpriced: count.describe('answered calls whose cost is not known, because their model had no price'),
  input_tokens: count,
  cached_tokens: count.describe('of the input, read from the cache of the provider'),
  output_tokens: count,
  cost: z.number().nullable().describe('in units of the currency; null: not known'),
  currency: z.string().nullable(),
}
const text = z.string().nullable().optional()

export const budgetCost = operation({
  summary: 'Show what calls to models cost, by day, person, chat, purpose, provider or model',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['costs.totals', 'costs.prices', 'people.directory', 'system.clock'],
  input: z.strictObject({
    days: z.int().min(1).max(MOST_DAYS).default(USUAL_DAYS).describe('days up to today, in the time zone of DeniDin'),
    by: z.enum(COST_KEYS).default('day').describe('what the costs are added up by'),
    person: personField.optional(),
  }),
  output: z.object({
    from: z.string(),
    to: z.string(),
    zone: z.string(),
    prices_as_of: z.string().optional().describe('day that the price file names'),
    problem: z.string().optional().describe('the error in the price file; the last valid prices apply'),
    costs: z.array(
      z.object({
        day: text,
        name: text.describe('of the person; without one, their number'),
        person_id: text,
        chat: text,
        purpose: text,
        provider: text,
        model: text,
        ...figures,
      }),
    ),
    total: z.array(z.object(figures)).describe('one row for each currency'),
    without_price: z
      .array(z.object({ model: z.string().nullable(), calls: count }))
      .optional()
      .describe('models whose calls have no known cost'),
  }),
  failure: ({ problem }) => problem,
  run: async ({ costs: { totals: reader, prices }, people, system: { clock } }, { days, by, person }) => {
    const range = clock.zone.lastDays(clock.now(), days)
    const person_id = person === undefined ? undefined : (await findPerson(people.directory, person)).person_id
    const totals = await reader.costs(range, by, person_id)
    const { as_of, problem } = prices.status()
    const costs = []
    for (const total of ordered(totals, by)) costs.push({ ...(await keyOf(people, by, total)), ...figuresOf(total) })
    const without_price = await unpriced(reader, range, totals, person_id)
    return {
      from: isoDay(range.first * DAY_MS),
      to: isoDay(range.last * DAY_MS),
      zone: clock.zone.name,
      ...(as_of === undefined ? {} : { prices_as_of: as_of }),
      ...(problem === undefined ? {} : { problem }),
      costs,
      total: sums(totals).map(figuresOf),
      ...(without_price.length === 0 ? {} : { without_price }),
    }
  },
})

/** Days in chronological order; everything else with the highest cost first. */
const ordered = (totals: readonly CostTotal[], by: CostKey): readonly CostTotal[] =>
  totals.toSorted((a, b) =>
    by === 'day'
      ? Number(a.key) - Number(b.key)
      : Number(b.cost - a.cost) || tokensOf(b) - tokensOf(a) || String(a.key).localeCompare(String(b.key)),
  )

const tokensOf = ({ input_tokens, output_tokens }: CostTotal): number => input_tokens + output_tokens

type KeyFields = Partial<Record<Exclude<CostKey, 'person'> | 'name' | 'person_id', string | null>>

const keyOf = async (
  people: Uses<'people.directory'>['people'],
  by: CostKey,
  { key }: CostTotal,
): Promise<KeyFields> => {
  if (by === 'day') return { day: isoDay(Number(key) * DAY_MS) }
  if (by !== 'person') return { [by]: key ?? null }
  const person = key === undefined ? undefined : await people.directory.find(key)
  return { name: (person && nameOrPhone(person)) ?? null, person_id: key ?? null }
}

const figuresOf = ({ key: _, currency, cost, ...counts }: CostTotal) => ({
  ...counts,
  // If nothing has a price, a cost of 0 would be wrong.
  cost: cost === 0n && counts.unpriced > 0 ? null : unitsOf(cost),
  currency: currency ?? null,
})

/** One sum for each currency; calls that are free in any currency belong to the first. */
const sums = (totals: readonly CostTotal[]): readonly CostTotal[] => {
  const currencies = [...new Set(totals.flatMap(({ currency }) => currency ?? []))].sort()
  const [first] = currencies
  const groups = Map.groupBy(totals, ({ currency }) => currency ?? first)
  return [...groups].map(([currency, of_currency]) => ({ ...of_currency.reduce(addTotals), key: undefined, currency }))
}

const unpriced = async (
  costs: CostReader,
  range: DayRange,
  totals: readonly CostTotal[],
  person_id: string | undefined,
) => {
  if (totals.every(each => each.unpriced === 0)) return []
  const models = await costs.costs(range, 'model', person_id)
  return models
    .filter(each => each.unpriced > 0)
    .map(each => ({ model: each.key ?? null, calls: each.unpriced }))
    .sort((a, b) => b.calls - a.calls)
}
