/** Estimates of tokens for reservations: a cheap one, and one that is an upper bound. */
import { countInSlices, type TokenCounter } from '../text/tokens.ts'

/** Too few for English (4.3), about right for Hebrew: a reservation should be too large rather than too small. */
const CHARACTERS_PER_TOKEN = 3
const BYTES_PER_TOKEN = 3

/**
 * A reservation for a text in any script. Hebrew takes two bytes per letter and fewer tokens; Chinese takes three bytes
 * and about one token.
 */
export const mostTokens = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_PER_TOKEN)

/** What other vocabularies may make of English that ours makes 100 tokens of. */
const MOST_SHARE = 1.1
/** Marks that a model sets around each text, and short words that it splits. */
const AROUND_TOKENS = 4
const MARKS = 2
const FIGURE_OR_FOREIGN = /[\d\u0080-\u{10ffff}]/gu

/**
 * The most tokens that a model of any usual vocabulary counts for texts: our count, one more for each figure (ours
 * joins three) and each letter beyond English (older vocabularies split Hebrew into letters), but never more than bytes.
 */
export const mostTokensOf = async (texts: readonly string[], counter: Pick<TokenCounter, 'count'>): Promise<number> => {
  let most = 0
  for (const text of texts) {
    const counted = Math.ceil(MOST_SHARE * (await countInSlices(counter, text)))
    const others = text.match(FIGURE_OR_FOREIGN)?.length ?? 0
    most += Math.min(Buffer.byteLength(text) + MARKS, counted + others + AROUND_TOKENS)
  }
  return most
}

/** A cheap estimate for the size of a request. */
export const estimatedTokens = (texts: readonly string[]): number =>
  Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN)
