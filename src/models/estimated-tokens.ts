/** A cheap estimate of tokens, for reservations: counting a long request would take longer than everything else. */

/** Too few for English (4.3), about right for Hebrew: a reservation should be too large rather than too small. */
const CHARACTERS_PER_TOKEN = 3
const BYTES_PER_TOKEN = 3

/**
 * A reservation for a text in any script. Hebrew takes two bytes per letter and fewer tokens; Chinese takes three bytes
 * and about one token.
 */
export const mostTokens = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_PER_TOKEN)

/** The same estimate for the size of a request. */
export const estimatedTokens = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN)
