import { asDenidinError, DenidinError } from '../../platform/errors.ts'

const LONGEST_REASON = 200

/** What WhatsApp's own words for an ended connection mean for the operator. */
const DISCONNECTED: Readonly<Record<string, string>> = {
  CONFLICT: 'WhatsApp is open elsewhere with the same login.',
  UNPAIRED: 'WhatsApp no longer knows this device.',
  TOS_BLOCK: 'WhatsApp has blocked this account: see the phone.',
  SMB_TOS_BLOCK: 'WhatsApp has blocked this business account: see the phone.',
  PROXYBLOCK: 'WhatsApp refuses connections from this network.',
  DEPRECATED_VERSION: 'WhatsApp no longer accepts this version of its page.',
}

/** One sentence for the state in which the library left the connection. */
export const disconnection = (state: string): string =>
  DISCONNECTED[state] ?? `WhatsApp ended the connection (${state}).`

/** One line on what was thrown: the library throws errors and bare strings. */
export const reasonOf = (thrown: unknown): string =>
  (asDenidinError(thrown).message.split('\n')[0] ?? '').slice(0, LONGEST_REASON)

/** An error of ours in place of one of the library or of the browser. */
export const translated = (thrown: unknown): DenidinError =>
  thrown instanceof DenidinError
    ? thrown
    : new DenidinError('unavailable', `WhatsApp Web failed: ${reasonOf(thrown)}`, { cause: thrown, retryable: true })
