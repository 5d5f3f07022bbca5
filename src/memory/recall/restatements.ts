/** Share of its words that stand in the other as well. */
const SAME_WORDS = 0.85
/** A message that is much shorter than the other may be the answer that the other only mentions. */
const SAME_LENGTH = 0.6

/** Fewer words in a row than these are no statement: “the boat” may be the answer that another message only mentions. */
const LEAST_IN_A_ROW = 2

/**
 * Whether a message says nothing that one before it has not said: nearly the same words, and the same figures, or a part
 * of it word for word. “The flight is at seven” and “… at nine” do not restate each other: what differs is what they tell.
 */
export const restates = (before: readonly string[], again: readonly string[]): boolean => {
  const [known, said] = [new Set(before), new Set(again)]
  // Of messages that say nothing by themselves (“Yes, I did”) one is enough.
  if (said.size === 0) return known.size === 0
  if (said.size >= LEAST_IN_A_ROW && standsIn(again, before)) return true
  if (said.size < known.size * SAME_LENGTH) return false
  let shared = 0
  for (const stem of said) if (known.has(stem)) shared++
  if (shared < said.size * SAME_WORDS) return false
  // As many words, some of them others: they tell apart what happened.
  if (known.size <= said.size && shared < said.size) return false
  return figures(known) === figures(said)
}

/** Whether some words stand in others, in a row. */
const standsIn = (part: readonly string[], whole: readonly string[]): boolean =>
  ` ${whole.join(' ')} `.includes(` ${part.join(' ')} `)

const figures = (stems: ReadonlySet<string>): string =>
  [...stems]
    .filter(stem => /\d/.test(stem))
    .sort()
    .join(' ')

/** The items of a list, best first, without those that restate one before them; compared as far as they are asked for. */
export function* withoutRestatements<Item>(
  items: Iterable<Item>,
  stemsOf: (item: Item) => readonly string[],
): Generator<Item, void> {
  const kept: (readonly string[])[] = []
  for (const item of items) {
    const stems = stemsOf(item)
    if (kept.some(each => restates(each, stems))) continue
    kept.push(stems)
    yield item
  }
}
