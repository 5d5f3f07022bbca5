import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'

/** How long one that was not there is left alone; each wait is drawn from the upper half of its step. */
const BACKOFF: Backoff = { first_ms: 2 * MINUTE_MS, most_ms: HOUR_MS }

/** A provider, as far as it matters here. */
export interface PerhapsAbsent {
  readonly name: string
  /** A server of one's own that perhaps nobody runs: not there once, it is left alone for a while. */
  readonly may_be_absent?: boolean
}

/** Remembers which of the providers that need not be there are not, so that not every extraction asks in vain. */
export class Absences {
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #absent = new Map<string, { readonly failures: number; readonly until: number }>()

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock
    this.#ids = ids
  }

  /** Whether a provider was not there a short while ago, and is not asked. */
  holds({ name }: PerhapsAbsent): boolean {
    const absent = this.#absent.get(name)
    return absent !== undefined && this.#clock.now() < absent.until
  }

  /** Takes down a failure. @returns whether it is known already that this provider is not there */
  failed({ name, may_be_absent }: PerhapsAbsent, error: unknown): boolean {
    const before = this.#absent.get(name)
    if (may_be_absent !== true || asDenidinError(error).code !== 'unavailable') {
      this.#absent.delete(name)
      return false
    }
    const failures = (before?.failures ?? 0) + 1
    this.#absent.set(name, { failures, until: this.#clock.now() + backoffDelay(BACKOFF, failures, this.#ids) })
    return before !== undefined
  }

  /** It is there. */
  answered({ name }: PerhapsAbsent): void {
    this.#absent.delete(name)
  }
}
