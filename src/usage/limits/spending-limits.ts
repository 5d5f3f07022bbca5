/** The spending limits: how much money and how many tokens model calls may use, by person and period. */
import { DAY_MS } from '../../platform/clock.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { DayRange } from '../cost-reader.ts'
import { amountOf } from '../prices/amount.ts'

/** `person_day`: for each person. The others are for everyone together. */
export const LIMIT_NAMES = ['person_day', 'day', 'month'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

export interface SpendingLimit {
  readonly name: LimitName
  readonly unit: 'cost' | 'tokens'
  /** An amount, or tokens. */
  readonly most: bigint
}

/** The settings `limits.*` for spending; `undefined`: no such limit. */
export interface SpendingLimitSettings {
  readonly cost_per_person_per_day: number | undefined
  readonly cost_per_day: number | undefined
  readonly cost_per_month: number | undefined
  readonly tokens_per_person_per_day: number | undefined
  readonly tokens_per_day: number | undefined
  readonly tokens_per_month: number | undefined
}

export const spendingLimitsOf = (settings: SpendingLimitSettings): readonly SpendingLimit[] => {
  const cost = (name: LimitName, units: number | undefined): readonly SpendingLimit[] =>
    units === undefined ? [] : [{ name, unit: 'cost', most: amountOf(units) }]
  const tokens = (name: LimitName, count: number | undefined): readonly SpendingLimit[] =>
    count === undefined ? [] : [{ name, unit: 'tokens', most: BigInt(count) }]
  return [
    ...cost('person_day', settings.cost_per_person_per_day),
    ...cost('day', settings.cost_per_day),
    ...cost('month', settings.cost_per_month),
    ...tokens('person_day', settings.tokens_per_person_per_day),
    ...tokens('day', settings.tokens_per_day),
    ...tokens('month', settings.tokens_per_month),
  ]
}

/** A current period: its days so far, in a time zone. */
export interface Period extends DayRange {
  /** When the next period begins, milliseconds since the Unix epoch. */
  readonly ends: number
}

/** The period of a limit at an instant. */
export const periodOf = (name: LimitName, at: number, zone: TimeZone): Period => {
  const today = zone.dayOf(at)
  if (name !== 'month') return { first: today, last: today, ends: zone.beginOf(today + 1) }
  const { year, month } = zone.wallClock(at)
  const dayOf = (index: number): number => Date.UTC(year, index) / DAY_MS
  return { first: dayOf(month - 1), last: today, ends: zone.beginOf(dayOf(month)) }
}
