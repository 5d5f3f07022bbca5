/** The order in which quotes are packed into a request. */
import type { Quote } from './quote.ts'

/** How many of the best quotes keep their order, regardless of their length. */
const FIRST = 10
/** After those, the score is divided by tokens^0.3: a quote half as long counts a fifth more. */
const LENGTH_EXPONENT = 0.3
/** Quotes shorter than this get no further bonus, because they say little. */
const SHORT_TOKENS = 15
/** Quotes longer than this get no further penalty, because only a passage of them is quoted. */
const LONG_TOKENS = 120

type Sized = Pick<Quote, 'tokens' | 'score'>

/**
 * The first `most` quotes in the order in which they are packed, for any budget: the first ten as the search found
 * them, the others by their value for their length. Quotes that are not sorted by score keep their order.
 */
export const inPackingOrder = <Item extends Sized>(quotes: readonly Item[], most: number): readonly Item[] => {
  const all = quotes.slice(0, most)
  const by_score = all.every((item, at) => at === 0 || item.score <= (all[at - 1]?.score ?? 0))
  if (!by_score) return all
  const worth = ({ score, tokens }: Item): number =>
    score / Math.min(LONG_TOKENS, Math.max(SHORT_TOKENS, tokens)) ** LENGTH_EXPONENT
  const others = all.slice(FIRST).map(item => ({ item, worth: worth(item) }))
  return [...all.slice(0, FIRST), ...others.sort((a, b) => b.worth - a.worth).map(({ item }) => item)]
}
