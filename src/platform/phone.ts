/** Reads phone numbers, in any usual spelling or from WhatsApp addresses. */

/** WhatsApp addresses with a phone number; a device number may precede the `@`. */
const PHONE_ADDRESS = /(:\d+)?@(c\.us|s\.whatsapp\.net)$/i

/** No spelling of a number is longer, with all its punctuation. */
const MOST_CHARACTERS = 100

/**
 * Digits of a phone number in any usual spelling, country code first: `+972 (0)50-123-4567`, `00972501234567`,
 * `972501234567@c.us`. `undefined` if it is not an international number: too short or too long, with letters, with a
 * leading zero (a national spelling, which would match no one), or another kind of address such as `77@lid`. Length
 * after E.164: at most 15 digits; 5 is the shortest that still distinguishes people.
 */
export const phoneDigits = (spelling: string): string | undefined => {
  if (spelling.length > MOST_CHARACTERS) return undefined
  const digits = spelling
    .normalize('NFKC')
    .trim()
    .replace(PHONE_ADDRESS, '')
    .replace('(0)', '')
    // Numbers copied from right-to-left text carry invisible direction marks (Cf) and typographic dashes (Pd).
    .replace(/[\s().+/\p{Pd}\p{Cf}]/gu, '')
    .replace(/^00/, '')
  return /^[1-9]\d{4,14}$/.test(digits) ? digits : undefined
}
