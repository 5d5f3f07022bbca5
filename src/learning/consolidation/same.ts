/** Whether something is remembered already, in whatever words: asked of a new fact, and of two that are remembered. */
import type { Memory } from '../../memory/memory.ts'
import { compare, mayBeSame } from './compare.ts'
import { overlap } from './sets.ts'
import type { Shape } from './shape.ts'

/** Something remembered, and what it says. */
export type Remembered<T extends { readonly memory: Memory }> = readonly [T, Shape]

const MOST_NEAR = 5

/** The first that says the same by its words, or that an extractor takes for the same where that is plausible. */
export const sameInWords = <T extends { readonly memory: Memory }>(
  shape: Shape,
  others: readonly Remembered<T>[],
  hint?: string,
): T | undefined => {
  const same = others.find(([, other]) => compare(shape, other) === 'same')
  const hinted = others.find(([{ memory }, other]) => memory.memory_id === hint && mayBeSame(shape, other))
  return (same ?? hinted)?.[0]
}

/** The few with most common words of which something besides the words has to say whether they are the same. */
export const nearInWords = <T extends { readonly memory: Memory }>(
  shape: Shape,
  others: readonly Remembered<T>[],
): readonly T[] =>
  others
    .filter(([, other]) => compare(shape, other) === 'near')
    .map(([entry, other]) => [entry, overlap(shape.terms, other.terms)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NEAR)
    .map(([entry]) => entry)
