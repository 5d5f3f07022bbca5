/** Health of the scheduled operations: one that failed is a problem until it succeeds. */
import type { Clock } from '../../platform/clock.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'

interface Failure {
  readonly reason: string
  readonly since: number
}

export class ScheduleHealth implements HealthCheck {
  readonly name = 'schedule'
  readonly #clock: Clock
  readonly #failing = new Map<string, Failure>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param operation name of the operation, such as `session.sweep` */
  succeeded(operation: string): void {
    this.#failing.delete(operation)
  }

  failed(operation: string, reason: string): void {
    const since = this.#failing.get(operation)?.since ?? this.#clock.now()
    this.#failing.set(operation, { reason, since })
  }

  async health(): Promise<Health> {
    const { zone } = this.#clock
    const failing = [...this.#failing].map(
      ([operation, { reason, since }]) => `${operation} fails since ${zone.longTime(since)}: ${reason}.`,
    )
    if (failing.length > 0) return { state: 'degraded', detail: failing.join(' ') }
    return { state: 'ok', detail: 'No scheduled operation fails.' }
  }
}
