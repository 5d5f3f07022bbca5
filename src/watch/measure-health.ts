/** Judges a measured value by its target and its limit, with some distance between the alarm and its end. */
import type { Health, HealthCheck } from '../platform/health.ts'
import type { MeasureName } from '../platform/measure-names.ts'

/** A value, and how many events it is computed from, where it is a share or a quantile. */
export interface Reading {
  /** `undefined`: nothing happened yet. */
  readonly value: number | undefined
  readonly count?: number
  /** One sentence for the operator, with numerator, denominator and time, without a full stop. */
  readonly detail: string
}

export interface MeasureDeps {
  readonly name: MeasureName
  /** Whether a higher or a lower value is better. */
  readonly better: 'higher' | 'lower'
  /** In seconds, bytes, or a share from 0 to 1. */
  readonly target: number
  /** 0: no limit. */
  readonly limit: number
  /** Fewer events are not judged. */
  readonly minimum_count: number
  /** The unit of the minimum, such as hours; none for events. */
  readonly count_unit?: string
  readonly read: () => Promise<Reading>
  /** Writes a value with its unit. */
  readonly write: (value: number) => string
}

/** How far on the way from the limit to the target a value must get before its alarm ends. */
const RECOVERED_SHARE = 0.2

export class MeasureHealth implements HealthCheck {
  readonly name: MeasureName
  readonly #deps: MeasureDeps
  #is_beyond = false
  /** Whether there was an alarm since the process started. */
  #was_beyond = false

  constructor(deps: MeasureDeps) {
    this.name = deps.name
    this.#deps = deps
  }

  get bounds(): Pick<MeasureDeps, 'target' | 'limit'> {
    return this.#deps
  }

  async read(): Promise<Reading> {
    return await this.#deps.read()
  }

  async health(): Promise<Health> {
    const { limit, target, minimum_count, count_unit, write } = this.#deps
    const { value, count, detail } = await this.#deps.read()
    if (value === undefined || (count !== undefined && count < minimum_count)) {
      const least = [String(minimum_count), ...(count_unit === undefined ? [] : [count_unit])].join(' ')
      const few = `${detail}: too few to judge, at least ${least} are needed.`
      this.#is_beyond = false
      if (limit === 0) return { state: 'off', detail: few }
      // What caused an alarm lies too far back by now: the alarm is over.
      return { state: this.#was_beyond ? 'ok' : 'unknown', detail: few }
    }
    const missed = this.#exceeds(value, target) ? ' The target is missed.' : ''
    if (limit === 0) {
      return { state: 'off', detail: `${detail}; the target is ${write(target)}, no limit is set.${missed}` }
    }
    const bounds = `the target is ${write(target)}, the limit ${write(limit)}`
    const end = limit + (target - limit) * RECOVERED_SHARE
    this.#is_beyond = this.#exceeds(value, this.#is_beyond ? end : limit)
    this.#was_beyond ||= this.#is_beyond
    if (this.#is_beyond) return { state: 'degraded', detail: `${detail}; ${bounds}.` }
    return { state: 'ok', detail: `${detail}; ${bounds}.${missed}` }
  }

  /** Whether a value is worse than a bound. */
  #exceeds(value: number, bound: number): boolean {
    return this.#deps.better === 'lower' ? value > bound : value < bound
  }
}
