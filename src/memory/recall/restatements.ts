/** Share of its words that stand in the other as well. */
const SAME_WORDS = 0.85
/** A message that is much shorter than the other may be the answer that the other only mentions. */
const SAME_LENGTH = 0.6

/**
 * Whether a message says nothing that one before it has not said: nearly the same words, and the same figures. “The
 * flight is at seven” and “… at nine” do not restate each other: what differs is what they tell.
 */
export const restates = (before: ReadonlySet<string>, again: ReadonlySet<string>): boolean => {
  // Of messages that say nothing by themselves (“Yes, I did”) one is enough.
  if (again.size === 0) return before.size === 0
  if (again.size < before.size * SAME_LENGTH) return false
  let shared = 0
  for (const stem of again) if (before.has(stem)) shared++
  if (shared < again.size * SAME_WORDS) return false
  // As many words, some of them others: they tell apart what happened.
  if (before.size <= again.size && shared < again.size) return false
  return figures(before) === figures(again)
}

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
  const kept: ReadonlySet<string>[] = []
  for (const item of items) {
    const stems = new Set(stemsOf(item))
    if (kept.some(each => restates(each, stems))) continue
    kept.push(stems)
    yield item
  }
}
