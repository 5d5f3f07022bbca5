/** Counts what became of replies and reports it as health, with an alarm when several in a row are unconfirmed. */
import type { Health } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'

/** This many unconfirmed replies in a row are no accident. */
const ALARMING_STREAK = 3

export class DeliveryHealth {
  readonly #metrics: Metrics
  readonly #logger: Logger
  /** Unconfirmed replies in a row. */
  #streak = 0
  /** Replies given up since the last one that went out. */
  #givenUp = 0

  constructor(metrics: Metrics, logger: Logger) {
    this.#metrics = metrics
    this.#logger = logger
  }

  sent(): void {
    this.#metrics.count('replies_sent')
    this.#streak = 0
    this.#givenUp = 0
  }

  unconfirmed(): void {
    this.#metrics.count('replies_unconfirmed')
    this.#streak += 1
    if (this.#streak === ALARMING_STREAK) {
      this.#logger.error('Replies are sent but not confirmed; check the phone', { in_a_row: this.#streak })
    }
  }

  /** A reply certainly did not go out, and will not. */
  failed(outbox_id: string, why: string): void {
    this.#metrics.count('replies_failed')
    this.#givenUp += 1
    this.#logger.error('A reply was given up: it certainly did not go out', { outbox_id, why })
  }

  health(): Health {
    if (this.#streak >= ALARMING_STREAK) {
      const detail = `The last ${String(this.#streak)} replies were not confirmed; look at the phone.`
      return { state: 'degraded', detail }
    }
    if (this.#givenUp === 0) return { state: 'ok', detail: 'replies are confirmed' }
    const detail = `Replies that certainly did not go out and were given up, since the last one that did: ${String(this.#givenUp)}.`
    return { state: 'degraded', detail }
  }
}
