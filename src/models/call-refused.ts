/** The error for a model call that was not made because a spending limit does not allow it. */
import { DenidinError } from '../platform/errors.ts'

/**
 * Which limit refused the call: the daily one of a person, or the daily or monthly one of everyone. `no_price`: the
 * cost cannot be known.
 */
export type RefusalReason = 'person_day' | 'day' | 'month' | 'no_price'

/** A model call that was not made. The same call may be allowed later. */
export class CallRefused extends DenidinError {
  readonly reason: RefusalReason
  /**
   * When the limit allows calls again, in milliseconds since the Unix epoch; `undefined`: only after the operator
   * changes something.
   */
  readonly until: number | undefined

  constructor(reason: RefusalReason, message: string, until?: number) {
    super('limit_reached', message, { retryable: true })
    this.reason = reason
    this.until = until
  }

  /** Whether the limit is that of one person, so that calls of other people may still be allowed. */
  get ofPerson(): boolean {
    return this.reason === 'person_day'
  }
}
