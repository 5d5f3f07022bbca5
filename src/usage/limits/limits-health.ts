/** The health of the limits: whether one is reached, so that the administrator is alerted. */
import type { Health, HealthCheck } from '../../platform/health.ts'
import { unitsOf } from '../prices/amount.ts'
import type { PriceBook } from '../prices/price-book.ts'
import type { LimitGuard, LimitLevel } from './limit-guard.ts'
import type { LimitName } from './spending-limits.ts'

export interface LimitsHealthDeps {
  readonly guard: Pick<LimitGuard, 'limits' | 'levels' | 'refusals'>
  readonly prices: Pick<PriceBook, 'status'>
}

const PERIODS: Readonly<Record<LimitName, string>> = {
  person_day: 'a person and day',
  day: 'the day',
  month: 'the month',
}

const NOT_TRIED: Health = { state: 'unknown', detail: 'No call was made since the start.' }

/** The limits for everyone together, and whether cost limits can be enforced. */
export class LimitsHealth implements HealthCheck {
  readonly name = 'limits'
  readonly #deps: LimitsHealthDeps

  constructor(deps: LimitsHealthDeps) {
    this.#deps = deps
  }

  async health(): Promise<Health> {
    const { guard, prices } = this.#deps
    if (guard.limits.length === 0) return { state: 'off', detail: 'No limit of spending is set.' }
    const { currency } = prices.status()
    if (currency === undefined && guard.limits.some(({ unit }) => unit === 'cost')) {
      const detail = 'Limits of cost are set, and no model has a price: write the price file (see docs/costs.md).'
      return { state: 'degraded', detail }
    }
    const troubles = this.#troubles()
    if (troubles.length > 0) return { state: 'degraded', detail: troubles.join(' ') }
    if (!guard.refusals.tried) return NOT_TRIED
    const used = guard.levels().map(level => textOf(level, currency))
    return { state: 'ok', detail: used.length === 0 ? 'There is no limit for everyone.' : `Used: ${used.join('; ')}.` }
  }

  #troubles(): readonly string[] {
    const { limits, models } = this.#deps.guard.refusals.current()
    return [
      ...limits
        .filter(({ name }) => name !== 'person_day')
        .map(({ name, unit }) => `The limit of ${unit} for ${PERIODS[name]} is reached.`),
      ...models.map(model => `The model ${model} has no price, and limits.unpriced_models refuses it.`),
    ]
  }
}

/**
 * The limits of each person. They are a separate component: otherwise no one would be alerted when everyone's limit is
 * reached after a person's.
 */
export class PersonalLimitsHealth implements HealthCheck {
  readonly name = 'personal limits'
  readonly #guard: LimitsHealthDeps['guard']

  constructor({ guard }: Pick<LimitsHealthDeps, 'guard'>) {
    this.#guard = guard
  }

  async health(): Promise<Health> {
    const { limits, refusals } = this.#guard
    if (!limits.some(({ name }) => name === 'person_day')) {
      return { state: 'off', detail: 'No limit of spending is set for each person.' }
    }
    const persons = new Set(refusals.current().limits.flatMap(({ person_id }) => person_id ?? [])).size
    if (persons > 0) {
      const who = persons === 1 ? 'person has' : 'people have'
      return { state: 'degraded', detail: `${String(persons)} ${who} reached their limit of the day.` }
    }
    return refusals.tried ? { state: 'ok', detail: 'No one has reached their limit of the day.' } : NOT_TRIED
  }
}

const textOf = ({ name, unit, spent, most }: LimitLevel, currency: string | undefined): string => {
  const amount = (value: bigint): string => (unit === 'cost' ? unitsOf(value).toFixed(2) : String(value))
  return `${amount(spent)} of ${amount(most)} ${unit === 'cost' ? (currency ?? '') : 'tokens'} for ${PERIODS[name]}`
}
