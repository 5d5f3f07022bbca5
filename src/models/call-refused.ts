/** The error of a call to a model that was not made, because a limit of spending does not allow it. */
import { DenidinError } from '../platform/errors.ts'

/** Which limit: of one person and a day, of everyone and a day or a month. `no_price`: the cost cannot be known. */
export type RefusalReason = 'person_day' | 'day' | 'month' | 'no_price'

/** A call that was not made. The same call may be allowed later. */
export class CallRefused extends DenidinError {
  readonly reason: RefusalReason
  /** When the limit allows calls again, milliseconds since the Unix epoch; `undefined`: when the operator changes something. */
  readonly until: number | undefined

  constructor(reason: RefusalReason, message: string, until?: number) {
    super('limit_reached', message, { retryable: true })
    this.reason = reason
    this.until = until
  }

  /** Whether the calls of others may be allowed. */
  get ofPerson(): boolean {
    return this.reason === 'person_day'
  }
}
