/** Whether something is remembered already, in whatever words: asked of a new fact, and of two that are remembered. */
import type { MemoryRecord } from '../../memory/memory.ts'
import { compare, mayBeSame, type Verdict } from './compare-facts.ts'
import { overlap } from './sets.ts'
import type { Shape } from './parse-fact.ts'

/** Something remembered beside what is new. */
export interface Compared<T extends { readonly memory: MemoryRecord }> {
  readonly entry: T
  readonly shape: Shape
  readonly verdict: Verdict
}

export const comparedWith = <T extends { readonly memory: MemoryRecord }>(
  shape: Shape,
  entry: T,
  other: Shape,
): Compared<T> => ({ entry, shape: other, verdict: compare(shape, other) })

const MOST_NEAR = 5

/** The first that says the same by its words, or that an extractor takes for the same where that is plausible. */
export const sameInWords = <T extends { readonly memory: MemoryRecord }>(
  shape: Shape,
  others: readonly Compared<T>[],
  hint?: string,
): T | undefined => {
  const same = others.find(({ verdict }) => verdict === 'same')
  const hinted = others.find(({ entry, shape: other }) => entry.memory.memory_id === hint && mayBeSame(shape, other))
  return (same ?? hinted)?.entry
}

/** The few with most common words of which something besides the words has to say whether they are the same. */
export const nearInWords = <T extends { readonly memory: MemoryRecord }>(
  shape: Shape,
  others: readonly Compared<T>[],
): readonly T[] =>
  others
    .filter(({ verdict }) => verdict === 'near')
    .map(({ entry, shape: other }) => [entry, overlap(shape.terms, other.terms)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NEAR)
    .map(([entry]) => entry)
