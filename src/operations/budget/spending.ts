/** `budget.spending`: a person's spending today and this month, and for the administrator, everyone's. */
import { z } from 'zod'
import type { LimitLevel, Spent } from '../../usage/limits/limit-guard.ts'
import { LIMIT_NAMES, periodOf } from '../../usage/limits/spending-limits.ts'
import { unitsOf } from '../../usage/prices/amount.ts'
import { nameOrPhone } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { mayRun, operation } from '../operation.ts'
import { findPerson, personField } from '../references.ts'

/** How many of the people who spent most are listed. */
const TOP = 5

const spent = {
  cost: z.number().nullable().describe('in units of the currency; null without any price'),
  tokens: z.number(),
}

export const budgetSpending = operation({
  summary: 'Show what was spent on models today and this month, and the limits',
  access: 'anyone',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['costs.spending', 'costs.limits', 'costs.prices', 'people.directory', 'system.clock'],
  input: z.strictObject({ person: personField.optional() }),
  output: z.object({
    currency: z.string().nullable(),
    spent: z
      .array(z.object({ whose: z.enum(['person', 'everyone']), period: z.enum(['today', 'month']), ...spent }))
      .describe('of the person who asks, or who is asked about; for the administrator, of everyone too'),
    limits: z.array(
      z.object({
        limit: z.enum(LIMIT_NAMES).describe('person_day: of one person and a day'),
        used_cost: z.number().nullable(),
        most_cost: z.number().nullable(),
        used_tokens: z.number().nullable(),
        most_tokens: z.number().nullable(),
        used_percent: z.number(),
      }),
    ),
    top: z
      .array(z.object({ name: z.string().nullable(), person_id: z.string(), ...spent }))
      .optional()
      .describe('who spent most this month; for the administrator'),
  }),
  run: async (context, { person: reference }, { caller }) => {
    const { costs, people } = context
    if (reference !== undefined && caller.level !== 'operator') {
      throw new DenidinError('forbidden', "only the operator may look at someone else's spending")
    }
    const person = reference === undefined ? caller.person : await findPerson(people.directory, reference)
    const all = mayRun(caller.level, 'godfather')
    const levels = costs.limits.levels(person?.person_id)
    return {
      currency: costs.prices.status().currency ?? null,
      spent: [
        ...(person === undefined ? [] : periods(context, 'person', person.person_id)),
        ...(all ? periods(context, 'everyone', undefined) : []),
      ],
      limits: levels.filter(({ name }) => all || name === 'person_day').map(shownLimit),
      ...(all ? { top: await topPersons(context) } : {}),
    }
  },
})

type Context = Uses<'costs.spending' | 'costs.limits' | 'costs.prices' | 'people.directory' | 'system.clock'>

const periods = ({ costs, system }: Context, whose: 'person' | 'everyone', person_id: string | undefined) => {
  const { clock } = system
  const { currency } = costs.prices.status()
  return (['today', 'month'] as const).map(period => {
    const days = periodOf(period === 'today' ? 'day' : 'month', clock.now(), clock.zone)
    return { whose, period, ...shown(costs.spending.spent(days, person_id, currency), currency) }
  })
}

const topPersons = async ({ costs, people, system }: Context) => {
  const { currency } = costs.prices.status()
  const month = periodOf('month', system.clock.now(), system.clock.zone)
  const top = []
  for (const { person_id, ...sums } of costs.spending.top(month, currency, TOP)) {
    const person = await people.directory.find(person_id)
    top.push({ name: (person && nameOrPhone(person)) ?? null, person_id, ...shown(sums, currency) })
  }
  return top
}

const shown = ({ cost, tokens }: Spent, currency: string | undefined) => ({
  cost: currency === undefined ? null : unitsOf(cost),
  tokens: Number(tokens),
})

const shownLimit = ({ name, unit, most, spent: used }: LimitLevel) => ({
  limit: name,
  used_cost: unit === 'cost' ? unitsOf(used) : null,
  most_cost: unit === 'cost' ? unitsOf(most) : null,
  used_tokens: unit === 'tokens' ? Number(used) : null,
  most_tokens: unit === 'tokens' ? Number(most) : null,
  used_percent: most === 0n ? 100 : Number((used * 100n) / most),
})
