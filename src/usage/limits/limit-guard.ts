/** Checks every model call against the spending limits before it is made. */
import { CallRefused } from '../../models/call-refused.ts'
import type { PlannedCall } from '../../models/meter.ts'
import type { Clock } from '../../platform/clock.ts'
import { counted } from '../../platform/counted.ts'
import type { DayRange } from '../cost-reader.ts'
import { unitsOf, type Amount } from '../prices/amount.ts'
import { OFFLINE, type AppliedPrice, type PriceBook } from '../prices/price-book.ts'
import { LimitRefusals } from './limit-refusals.ts'
import { periodOf, type LimitName, type Period, type SpendingLimit } from './spending-limits.ts'

/** What calls used, including reservations. */
export interface Spent {
  readonly cost: Amount
  readonly tokens: bigint
}

/** Sums of spending. They are part of the transaction of a reservation, so they are synchronous. */
export interface SpendingSums {
  /** @param person_id `undefined`: everyone together */
  spent(range: DayRange, person_id: string | undefined, currency: string | undefined): Spent
}

/** A limit, and how much of it is used. */
export interface LimitLevel extends SpendingLimit {
  readonly spent: bigint
  readonly period: Period
}

/** The most that a call may use. */
export interface Estimate extends Spent {
  /** `undefined`: its model has no price. */
  readonly applied: AppliedPrice | undefined
}

/** Checks calls. */
export interface LimitCheck {
  /** Called in the transaction that records the reservation. @throws CallRefused when the call is not allowed */
  check(call: PlannedCall, estimate: Estimate): void
}

export interface LimitGuardDeps {
  readonly limits: readonly SpendingLimit[]
  readonly sums: SpendingSums
  readonly prices: Pick<PriceBook, 'status'>
  /** Whether calls to a model without a price are refused or count as free. */
  readonly unpriced_models: 'free' | 'refuse'
  /** The model that answers once four fifths of a limit are used; the last fifth is reserved for it. */
  readonly smaller_model: string | undefined
  /** Whether a person is exempt from the limit per person. */
  readonly isExempt: (person_id: string) => boolean
  readonly clock: Clock
}

/** How many fifths of a limit the usual model may use before a smaller one takes over. */
const USUAL_FIFTHS = 4n
const FIFTHS = 5n

export class LimitGuard implements LimitCheck {
  readonly #deps: LimitGuardDeps
  readonly #refusals: LimitRefusals

  constructor(deps: LimitGuardDeps) {
    this.#deps = deps
    this.#refusals = new LimitRefusals(deps.clock)
  }

  get limits(): readonly SpendingLimit[] {
    return this.#deps.limits
  }

  /** Refusals since the start, in the current periods. */
  get refusals(): Pick<LimitRefusals, 'tried' | 'current'> {
    return this.#refusals
  }

  check(call: PlannedCall, estimate: Estimate): void {
    const { limits, unpriced_models } = this.#deps
    if (limits.length === 0 || call.provider === OFFLINE) return
    this.#refusals.checked(call.model)
    if (estimate.applied === undefined && unpriced_models === 'refuse') {
      this.#refusals.withoutPrice(call.model)
      throw new CallRefused('no_price', `the model ${call.model} has no price, and limits.unpriced_models is "refuse"`)
    }
    for (const limit of limits) {
      // A free call cannot exceed a limit, and refusing it would not reduce the spending.
      if (estimate[limit.unit] === 0n) continue
      if (limit.name === 'person_day' && this.#isUnlimited(call.person_id)) continue
      const level = this.#level(limit, call.person_id, estimate.applied?.currency)
      const usual = this.#leavesRoomForSmaller(call)
      const most = usual ? (limit.most * USUAL_FIFTHS) / FIFTHS : limit.most
      if (level.spent + estimate[limit.unit] <= most) continue
      if (!usual) this.#refusals.reached(level, call.person_id)
      throw refusal(level, most)
    }
  }

  /** How much of each limit is used: of the limits of everyone and, with a person, of that person's limits. */
  levels(person_id?: string): readonly LimitLevel[] {
    const { limits, prices } = this.#deps
    const { currency } = prices.status()
    return limits
      .filter(({ name }) => name !== 'person_day' || !this.#isUnlimited(person_id))
      .map(limit => this.#level(limit, person_id, currency))
  }

  #level(limit: SpendingLimit, person_id: string | undefined, currency: string | undefined): LimitLevel {
    const { sums, clock } = this.#deps
    const period = periodOf(limit.name, clock.now(), clock.zone)
    const whose = limit.name === 'person_day' ? person_id : undefined
    return { ...limit, period, spent: sums.spent(period, whose, currency)[limit.unit] }
  }

  #isUnlimited(person_id: string | undefined): boolean {
    return person_id === undefined || this.#deps.isExempt(person_id)
  }

  /**
   * Whether a call must leave the last fifth to the smaller model. Embeddings may use the whole limit: without them,
   * the smaller model would have less to answer from.
   */
  #leavesRoomForSmaller({ kind, model }: PlannedCall): boolean {
    const { smaller_model } = this.#deps
    return smaller_model !== undefined && kind === 'completion' && model !== smaller_model
  }
}

const NAMES: Readonly<Record<LimitName, string>> = {
  person_day: 'of one person and a day',
  day: 'of a day',
  month: 'of a month',
}

const refusal = ({ name, unit, spent, period }: LimitLevel, most: bigint): CallRefused => {
  const [used, limit] = [spent, most].map(each => (unit === 'cost' ? String(unitsOf(each)) : counted(each, 'token')))
  const sentence = `the limit ${NAMES[name]} leaves too little for a call: ${String(used)} of ${String(limit)} are used`
  return new CallRefused(name, sentence, period.ends)
}
