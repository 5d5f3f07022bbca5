/** Finds the stored fact that says the same as a given one. Learning and the merging of duplicates share this rule. */
import type { MemoryRecord } from '../../memory/memory.ts'
import { compare, mayBeSame, overlap, type Verdict } from '../../text/facts/compare-facts.ts'
import type { ParsedFact } from '../../text/facts/parse-fact.ts'

/** A stored fact beside the given one, with the verdict of their comparison. */
export interface ComparedFact<T extends { readonly memory: MemoryRecord }> {
  readonly entry: T
  readonly parsed: ParsedFact
  readonly verdict: Verdict
}

/** Compares the given fact with a stored one. */
export const compareWith = <T extends { readonly memory: MemoryRecord }>(
  fact: ParsedFact,
  entry: T,
  parsed: ParsedFact,
): ComparedFact<T> => ({ entry, parsed, verdict: compare(fact, parsed) })

/** How many of the most similar facts are checked by a second opinion. */
const MAX_SIMILAR = 5

/** The first fact with the same words, or the one that the extractor named if that is plausible. */
export const sameByWords = <T extends { readonly memory: MemoryRecord }>(
  fact: ParsedFact,
  others: readonly ComparedFact<T>[],
  hinted_id?: string,
): T | undefined => {
  const same = others.find(({ verdict }) => verdict === 'same')
  const hinted = others.find(({ entry, parsed }) => entry.memory.memory_id === hinted_id && mayBeSame(fact, parsed))
  return (same ?? hinted)?.entry
}

/** The few facts that share most words with the given one and may mean the same, most similar first. */
export const similarByWords = <T extends { readonly memory: MemoryRecord }>(
  fact: ParsedFact,
  others: readonly ComparedFact<T>[],
): readonly T[] =>
  others
    .filter(({ verdict }) => verdict === 'similar')
    .map(({ entry, parsed }) => [entry, overlap(fact.terms, parsed.terms)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_SIMILAR)
    .map(([entry]) => entry)
