/** Translates errors of whatsapp-web.js and the browser driver; no other code looks at their message texts. */
import { DenidinError } from '../../../platform/errors.ts'
import { reasonOf } from '../failure-reason.ts'

/** What WhatsApp's own names for an ended connection mean for the operator. */
const DISCONNECTED: Readonly<Record<string, string>> = {
  CONFLICT: 'WhatsApp is open elsewhere with the same login.',
  UNPAIRED: 'WhatsApp no longer knows this device.',
}
/** How the driver says that a page went away during a request, because another was loaded or the browser is gone. */
const PAGE_GONE = /context was destroyed|cannot find context|detached|target closed|session closed|inspected target/i
const TIME_IS_UP = /timeout|timed out/i

/** One sentence for the state in which the library left the connection. */
export const disconnection = (state: string): string =>
  DISCONNECTED[state] ?? `WhatsApp ended the connection (${state}).`

/** Translates an error of the library or of the browser into one of ours. */
export const translated = (thrown: unknown): DenidinError =>
  thrown instanceof DenidinError
    ? thrown
    : new DenidinError('unavailable', `WhatsApp Web failed: ${reasonOf(thrown)}`, { cause: thrown, retryable: true })

/** What kind of failure this is. The library and the driver throw errors and bare strings. */
export const failureOf = (thrown: unknown): 'page gone' | 'timeout' | 'other' => {
  const text = thrown instanceof Error ? `${thrown.name} ${thrown.message}` : String(thrown)
  if (PAGE_GONE.test(text)) return 'page gone'
  return TIME_IS_UP.test(text) ? 'timeout' : 'other'
}
