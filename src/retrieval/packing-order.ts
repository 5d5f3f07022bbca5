/** The order in which quotes are packed into a request. */
import type { Quote } from './quote.ts'

/** The best are taken in their order, whatever their length. */
const FIRST = 10
/** Behind them, the score is divided by tokens^0.3: half as long is worth a fifth more. */
const LENGTH_EXPONENT = 0.3
/** Shorter ones are not worth more for it: they say little. */
const SHORT_TOKENS = 15
/** Nor are longer ones worth less: of these a passage is quoted. */
const LONG_TOKENS = 120

type Sized = Pick<Quote, 'tokens' | 'score'>

/**
 * The first `most` quotes in the order in which they are packed, whatever the budget: the first ten as the search found
 * them, the others by what they are worth for their length. Another order than that of the scores stands as it is.
 */
export const inPackingOrder = <Item extends Sized>(quotes: readonly Item[], most: number): readonly Item[] => {
  const all = quotes.slice(0, most)
  const by_score = all.every((item, at) => at === 0 || item.score <= (all[at - 1]?.score ?? 0))
  if (!by_score) return all
  const worth = ({ score, tokens }: Item): number =>
    score / Math.min(LONG_TOKENS, Math.max(SHORT_TOKENS, tokens)) ** LENGTH_EXPONENT
  return [...all.slice(0, FIRST), ...all.slice(FIRST).sort((a, b) => worth(b) - worth(a))]
}
