/** Skips optional providers that were recently unreachable, so that not every extraction tries them in vain. */
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'

/** How long an unreachable provider is skipped; each delay is drawn from the upper half of its step. */
const BACKOFF: Backoff = { first_ms: 2 * MINUTE_MS, most_ms: HOUR_MS }

/** The part of a provider that the cooldown needs. */
export interface CooldownProvider {
  readonly name: string
  /** A local server that may not be running: if it is unreachable, it is skipped for a while. */
  readonly optional?: boolean
}

/** The optional providers that are currently skipped. */
export class ProviderCooldown {
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #skipped = new Map<string, { readonly failures: number; readonly until: number }>()

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock
    this.#ids = ids
  }

  /** Whether a provider must not be asked now. */
  skips({ name }: CooldownProvider): boolean {
    const skipped = this.#skipped.get(name)
    return skipped !== undefined && this.#clock.monotonic() < skipped.until
  }

  /** Records a failure. @returns whether the provider was known to be unreachable before */
  recordFailure({ name, optional }: CooldownProvider, error: unknown): boolean {
    const before = this.#skipped.get(name)
    if (optional !== true || asDenidinError(error).code !== 'unavailable') {
      this.#skipped.delete(name)
      return false
    }
    const failures = (before?.failures ?? 0) + 1
    this.#skipped.set(name, { failures, until: this.#clock.monotonic() + backoffDelay(BACKOFF, failures, this.#ids) })
    return before !== undefined
  }

  /** Records that a provider answered. */
  recordSuccess({ name }: CooldownProvider): void {
    this.#skipped.delete(name)
  }
}
