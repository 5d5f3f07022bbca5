/** Share of the shorter one's words that the other must hold as well, and of the longer one's. */
const SAME_WORDS = 0.85
const SAME_LENGTH = 0.6

/**
 * Whether two messages say the same: nearly the same words, and the same figures. “The flight is at seven” and “… at
 * nine” do not: what differs is what they tell.
 */
export const restates = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean => {
  const [few, many] = one.size <= other.size ? [one, other] : [other, one]
  if (few.size === 0 || few.size < many.size * SAME_LENGTH) return false
  let shared = 0
  for (const stem of few) if (many.has(stem)) shared++
  if (shared < few.size * SAME_WORDS) return false
  if (few.size === many.size && shared < few.size) {
    // As many words, some of them others: they tell apart what happened.
    return false
  }
  return figures(few) === figures(many)
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
