/** Recognises messages that only repeat an earlier one. */

/** Share of its words that the other message must also contain. */
const SAME_WORDS = 0.85
/** A message that is much shorter than the other may be the answer that the other only mentions. */
const SAME_LENGTH = 0.6

/**
 * Fewer consecutive words than this are not a statement: “the boat” may be the answer that another message only
 * mentions.
 */
const LEAST_IN_A_ROW = 2

/**
 * Whether a message says nothing that an earlier one has not said: nearly the same words and the same figures, or a
 * verbatim part of it. “The flight is at seven” and “… at nine” do not repeat each other, because the difference is
 * what matters.
 */
const restatesIt = (before: Said, again: Said): boolean => {
  // Of messages without a subject word (“Yes, I did”), one is enough.
  if (again.words.size === 0) return before.words.size === 0
  // Nearly every pair is decided here, after a few words; the verbatim comparison below costs the most.
  let shared = again.words.size
  for (const stem of again.words) {
    if (before.words.has(stem)) continue
    shared--
    if (shared < again.words.size * SAME_WORDS) return false
  }
  const whole = shared === again.words.size
  if (whole && again.words.size >= LEAST_IN_A_ROW && before.row.includes(again.row)) return true
  if (again.words.size < before.words.size * SAME_LENGTH) return false
  // The message has at least as many words, and some of them differ: these words make the difference.
  if (before.words.size <= again.words.size && !whole) return false
  return before.figures === again.figures
}

/** The same check for the stems of two messages. */
export const restates = (before: readonly string[], again: readonly string[]): boolean =>
  restatesIt(new Said(before), new Said(again))

/** A message in the form that is compared; values that few comparisons need are computed on first use. */
class Said {
  readonly words: ReadonlySet<string>
  readonly #stems: readonly string[]
  #row: string | undefined
  #figures: string | undefined

  constructor(stems: readonly string[]) {
    this.#stems = stems
    this.words = new Set(stems)
  }

  /** The words in their order, separated by blanks. */
  get row(): string {
    return (this.#row ??= ` ${this.#stems.join(' ')} `)
  }

  get figures(): string {
    return (this.#figures ??= [...this.words]
      .filter(stem => /\d/.test(stem))
      .sort()
      .join(' '))
  }
}

/** The items of a list, best first, without those that repeat an earlier one; evaluated lazily. */
export function* withoutRestatements<Item>(
  items: Iterable<Item>,
  stemsOf: (item: Item) => readonly string[],
): Generator<Item, void> {
  const kept = new KeptStatements()
  for (const item of items) {
    const said = new Said(stemsOf(item))
    if (kept.isRestatedBy(said)) continue
    kept.add(said)
    yield item
  }
}

/** Messages by their words: nearly all pairs have too few words in common to need a comparison. */
class KeptStatements {
  readonly #withoutWords: Said[] = []
  readonly #byWord = new Map<string, Said[]>()

  add(said: Said): void {
    if (said.words.size === 0) this.#withoutWords.push(said)
    for (const stem of said.words) {
      const others = this.#byWord.get(stem)
      if (others === undefined) this.#byWord.set(stem, [said])
      else others.push(said)
    }
  }

  isRestatedBy(again: Said): boolean {
    if (again.words.size === 0) return this.#withoutWords.some(each => restatesIt(each, again))
    // At most `mostMissing` words may be absent from the repeated message. Nearly every message has more new words.
    const missing = mostMissing(again.words.size)
    let absent = 0
    for (const stem of again.words) if (!this.#byWord.has(stem) && ++absent > missing) return false
    // So the repeated message contains at least one of any `mostMissing` + 1 words. The rarest have the fewest messages.
    const rarest = Array.from(again.words, stem => this.#byWord.get(stem) ?? []).sort((a, b) => a.length - b.length)
    return rarest.slice(0, missing + 1).some(others => others.some(each => restatesIt(each, again)))
  }
}

/** How many of this number of words the other message may lack. */
const mostMissing = (words: number): number => {
  let missing = 0
  while (words - missing - 1 >= words * SAME_WORDS) missing++
  return missing
}
