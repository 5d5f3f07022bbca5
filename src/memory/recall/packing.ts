import type { TokenCounter } from '../../text/tokens.ts'

/** Something to be quoted. */
interface Sized {
  readonly text: string
  readonly tokens: number
}

/** Hardly any message is shorter: with less left, the search for one that fits ends. */
const LEAST_TOKENS = 3

/**
 * As many as fit into `tokens`, best first, at most `most`; one that is too long for what is left is passed over. Where
 * not even the first fits, it is cut.
 */
export const packed = <Item extends Sized>(
  items: Iterable<Item>,
  most: number,
  tokens: number,
  counter: TokenCounter,
): readonly Item[] => {
  const kept: Item[] = []
  let left = tokens
  let first: Item | undefined
  for (const item of items) {
    if (kept.length >= most || left < LEAST_TOKENS) break
    first ??= item
    if (item.tokens > left) continue
    kept.push(item)
    left -= item.tokens
  }
  if (kept.length > 0 || first === undefined || most <= 0 || tokens <= 0) return kept
  const text = counter.cut(first.text, tokens, 'start')
  return [{ ...first, text, tokens: counter.count(text) }]
}
