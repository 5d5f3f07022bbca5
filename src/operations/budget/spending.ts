/** `budget.spending`: what a person spent today and this month, and for the administrator, what everyone did. */
import { z } from 'zod'
import type { LimitLevel, Spent } from '../../usage/limits/limit-guard.ts'
import { LIMIT_NAMES, periodOf } from '../../usage/limits/spending-limits.ts'
import { unitsOf } from '../../usage/prices/amount.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { mayRun, operation } from '../operation.ts'
import { findPerson, personField } from '../references.ts'

/** Persons who spent most. */
const TOP = 5

const spent = z.object({
  cost: z.number().nullable().describe('in units of the currency; null without any price'),
  tokens: z.number(),
})
const limit = z.object({
  limit: z.enum(LIMIT_NAMES),
  unit: z.enum(['cost', 'tokens']),
  most: z.number(),
  used: z.number(),
  percent: z.number(),
})

export const budgetSpending = operation({
  summary: 'Show what was spent on models today and this month, and the limits',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['budget.spending', 'budget.limits', 'budget.prices', 'people.directory', 'system.clock'],
  input: z.strictObject({ person: personField.optional() }),
  output: z.object({
    currency: z.string().nullable(),
    own: z
      .object({ name: z.string().nullable(), today: spent, month: spent, limits: z.array(limit) })
      .nullable()
      .describe('of the person who asks, or who is asked about'),
    everyone: z
      .object({
        today: spent,
        month: spent,
        limits: z.array(limit),
        top: z.array(z.object({ name: z.string().nullable(), person_id: z.string(), ...spent.shape })),
      })
      .nullable()
      .describe('for the administrator'),
  }),
  run: async (context, { person: reference }, { caller }) => {
    const { budget, people } = context
    if (reference !== undefined && caller.level !== 'operator') {
      throw new DenidinError('forbidden', "only the operator may look at someone else's spending")
    }
    const person = reference === undefined ? caller.person : await findPerson(people.directory, reference)
    const currency = budget.prices.status().currency ?? null
    return {
      currency,
      own: person === undefined ? null : { name: person.name ?? null, ...ofPerson(context, person.person_id) },
      everyone: mayRun(caller.level, 'godfather') ? await ofEveryone(context) : null,
    }
  },
})

type Context = Uses<'budget.spending' | 'budget.limits' | 'budget.prices' | 'people.directory' | 'system.clock'>

const ofPerson = (context: Context, person_id: string) => ({
  ...periods(context, person_id),
  limits: context.budget.limits
    .levels(person_id)
    .filter(({ name }) => name === 'person_day')
    .map(shownLimit),
})

const ofEveryone = async (context: Context) => {
  const { budget, people, system } = context
  const { currency } = budget.prices.status()
  const month = periodOf('month', system.clock.now(), system.clock.zone)
  const top = []
  for (const { person_id, ...sums } of budget.spending.top(month, currency, TOP)) {
    const person = await people.directory.find(person_id)
    const phone = person?.identities.find(({ kind }) => kind === 'phone')?.value
    top.push({ name: person?.name ?? phone ?? null, person_id, ...shown(sums, currency) })
  }
  return { ...periods(context, undefined), limits: budget.limits.levels().map(shownLimit), top }
}

const periods = ({ budget, system }: Context, person_id: string | undefined) => {
  const { clock } = system
  const { currency } = budget.prices.status()
  const of = (name: 'day' | 'month') =>
    shown(budget.spending.spent(periodOf(name, clock.now(), clock.zone), person_id, currency), currency)
  return { today: of('day'), month: of('month') }
}

const shown = ({ cost, tokens }: Spent, currency: string | undefined) => ({
  cost: currency === undefined ? null : unitsOf(cost),
  tokens: Number(tokens),
})

const shownLimit = ({ name, unit, most, spent: used }: LimitLevel) => {
  const written = (value: bigint): number => (unit === 'cost' ? unitsOf(value) : Number(value))
  const percent = most === 0n ? 100 : Number((used * 100n) / most)
  return { limit: name, unit, most: written(most), used: written(used), percent }
}
