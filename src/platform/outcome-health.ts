/** Health of a component, judged by its last action: a failure makes it unhealthy, a success healthy again. */
import type { Clock } from './clock.ts'
import type { Health, HealthCheck } from './health.ts'

export interface OutcomeHealthDeps {
  readonly name: string
  /** The detail before the first action. */
  readonly untried: string
  readonly clock: Clock
}

/** Remembers the last outcome, and since when it has been failing. */
export class OutcomeHealth implements HealthCheck {
  readonly name: string
  readonly #deps: OutcomeHealthDeps
  #health: Health
  #failing_since: number | undefined

  constructor(deps: OutcomeHealthDeps) {
    this.name = deps.name
    this.#deps = deps
    this.#health = { state: 'unknown', detail: deps.untried }
  }

  /** @param detail one sentence without a full stop: the time of the success is added */
  succeeded(detail: string): void {
    this.#failing_since = undefined
    this.#health = { state: 'ok', detail: `${detail} (${this.#deps.clock.zone.longTime(this.#deps.clock.now())}).` }
  }

  /** @param reason one sentence without a full stop: the time of the first failure in a row is added */
  failed(reason: string, state: 'degraded' | 'down' = 'down'): void {
    this.#failing_since ??= this.#deps.clock.now()
    this.#health = { state, detail: `${reason}. Since ${this.#deps.clock.zone.longTime(this.#failing_since)}.` }
  }

  health(): Promise<Health> {
    return Promise.resolve(this.#health)
  }
}
