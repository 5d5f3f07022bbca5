/** Chooses the quotes that fit into a number of tokens. */
import type { TokenCounter } from '../text/tokens.ts'

/** Something to be quoted. */
interface Sized {
  readonly text: string
  readonly tokens: number
  readonly score: number
}

/** Hardly any message is shorter: with less left, the search for one that fits ends. */
const LEAST_TOKENS = 3
/** The best are taken in their order, whatever their length. */
const FIRST = 10
/** Behind them, where not everything fits, the score is divided by tokens^0.3: half as long is worth a fifth more. */
const LENGTH_EXPONENT = 0.3
/** Shorter ones are not worth more for it: they say little. */
const SHORT_TOKENS = 15

/**
 * As many as fit into `tokens`, best first, at most `most`; one that is too long for what is left is passed over. Where not
 * everything fits and the items come by their score, those behind the first ten are chosen by what they are worth for
 * their length. Where not even the first fits, it is cut.
 */
export const packed = <Item extends Sized>(
  items: Iterable<Item>,
  most: number,
  tokens: number,
  counter: TokenCounter,
): readonly Item[] => {
  const all = [...items]
  const kept = new Set<Item>()
  let left = tokens
  for (const item of byWorth(all, most, tokens)) {
    if (kept.size >= most || left < LEAST_TOKENS) break
    if (item.tokens > left) continue
    kept.add(item)
    left -= item.tokens
  }
  const [first] = all
  if (kept.size > 0 || first === undefined || most <= 0 || tokens <= 0) return all.filter(item => kept.has(item))
  const text = counter.cut(first.text, tokens, 'start')
  return [{ ...first, text, tokens: counter.count(text) }]
}

/** The order in which items are chosen. */
const byWorth = <Item extends Sized>(all: readonly Item[], most: number, tokens: number): readonly Item[] => {
  const fits = all.slice(0, most).reduce((sum, item) => sum + item.tokens, 0) <= tokens
  const by_score = all.every((item, at) => at === 0 || item.score <= (all[at - 1]?.score ?? 0))
  if (fits || !by_score) return all
  const worth = ({ score, tokens: size }: Item): number => score / Math.max(SHORT_TOKENS, size) ** LENGTH_EXPONENT
  return [...all.slice(0, FIRST), ...all.slice(FIRST).sort((a, b) => worth(b) - worth(a))]
}
