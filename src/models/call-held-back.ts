/** The error for a model call that was not made because the service is known to be down. */
import { DenidinError } from '../platform/errors.ts'

/** A model call that was not made. The same call may be allowed after a pause. */
export class CallHeldBack extends DenidinError {
  constructor(message: string) {
    super('unavailable', message, { retryable: true })
  }
}
