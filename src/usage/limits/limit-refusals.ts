/** Remembers which limits refused a call in the current periods, for the health check and the administrator. */
import type { Clock } from '../../platform/clock.ts'
import type { LimitName, SpendingLimit } from './spending-limits.ts'

/** A limit that refused a call. */
export interface ReachedLimit extends Pick<SpendingLimit, 'name' | 'unit'> {
  /** The person whose limit it is; `undefined`: everyone's. */
  readonly person_id: string | undefined
  /** When it allows calls again, milliseconds since the Unix epoch. */
  readonly ends: number
}

/** The current refusals. */
export interface CurrentRefusals {
  readonly limits: readonly ReachedLimit[]
  /** Models that are refused because they have no price. */
  readonly models: readonly string[]
}

/** Kept in memory: after a restart, the next refusal records it again. */
export class LimitRefusals {
  readonly #clock: Clock
  readonly #reached = new Map<string, ReachedLimit>()
  readonly #models = new Set<string>()
  #tried = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether any call was checked since the start. */
  get tried(): boolean {
    return this.#tried
  }

  checked(model: string): void {
    this.#tried = true
    this.#models.delete(model)
  }

  withoutPrice(model: string): void {
    this.#models.add(model)
  }

  reached(
    { name, unit, period }: Pick<SpendingLimit, 'name' | 'unit'> & { readonly period: { readonly ends: number } },
    person_id: string | undefined,
  ): void {
    const whose = isPersonal(name) ? person_id : undefined
    this.#reached.set(JSON.stringify([name, unit, whose]), { name, unit, person_id: whose, ends: period.ends })
  }

  current(): CurrentRefusals {
    const now = this.#clock.now()
    for (const [key, { ends }] of this.#reached) if (ends <= now) this.#reached.delete(key)
    return { limits: [...this.#reached.values()], models: [...this.#models] }
  }
}

const isPersonal = (name: LimitName): boolean => name === 'person_day'
