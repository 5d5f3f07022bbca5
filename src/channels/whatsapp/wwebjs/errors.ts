import { asDenidinError, DenidinError } from '../../../platform/errors.ts'

const LONGEST_REASON = 200

/** What WhatsApp's own words for an ended connection mean for the operator. */
const DISCONNECTED: Readonly<Record<string, string>> = {
  CONFLICT: 'WhatsApp is open elsewhere with the same login.',
  UNPAIRED: 'WhatsApp no longer knows this device.',
}
/** How the browser's driver says that a page went away under a question, because another was loaded or it is gone. */
const PAGE_GONE = /context was destroyed|cannot find context|detached|target closed|session closed|inspected target/i
const TIME_IS_UP = /timeout|timed out/i

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

/** What kind of failure of the library or of the browser's driver this is; it throws errors and bare strings. */
export const failureOf = (thrown: unknown): 'page gone' | 'timeout' | 'other' => {
  const text = thrown instanceof Error ? `${thrown.name} ${thrown.message}` : String(thrown)
  if (PAGE_GONE.test(text)) return 'page gone'
  return TIME_IS_UP.test(text) ? 'timeout' : 'other'
}
