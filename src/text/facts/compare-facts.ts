/** Compares two facts of one person by their words: the same, a contradiction, similar, or different. */
import type { ParsedFact } from './parse-fact.ts'

/** `similar`: they may be the same; a second opinion has to confirm it. */
export type Verdict = 'same' | 'contradicts' | 'similar' | 'different'

/** Least share of common words of two similar facts. */
const SIMILAR_SHARE = 0.5
const RELATED_SHARE = 1 / 3
/** If a fact counts as the same as another one, less than this share of its words may be missing in the other. */
export const MAX_MISSING_SHARE = 1 / 3

/** Compares a fact with an earlier one. Order matters: only the later one contradicts. */
export const compare = (fact: ParsedFact, earlier: ParsedFact): Verdict => {
  if (haveSameAttribute(fact, earlier)) return compareAttributes(fact, earlier)
  if (fact.time !== earlier.time) return 'different'
  const noAttribute = fact.attribute === undefined && earlier.attribute === undefined
  if (noAttribute && equal(fact.terms, earlier.terms) && fact.value.join(' ') === earlier.value.join(' ')) {
    return fact.negated === earlier.negated ? 'same' : 'contradicts'
  }
  return resembles(fact, earlier, SIMILAR_SHARE) ? 'similar' : 'different'
}

/** Whether both state the same attribute, whoever its owner is. */
export const haveSameAttribute = (a: ParsedFact, b: ParsedFact): boolean =>
  a.attribute !== undefined && a.attribute.name === b.attribute?.name

const compareAttributes = (fact: ParsedFact, earlier: ParsedFact): Verdict => {
  if (!equal(new Set(fact.about), new Set(earlier.about)) || fact.time !== earlier.time) return 'different'
  const [value, other] = [new Set(fact.value), new Set(earlier.value)]
  if (equal(value, other)) return fact.negated === earlier.negated ? 'same' : 'contradicts'
  if (fact.negated || earlier.negated || fact.time !== 'now') return 'different'
  // A fact that only adds detail contradicts nothing.
  if (value.isSubsetOf(other) || other.isSubsetOf(value)) return 'different'
  const cardinality = fact.attribute?.cardinality
  return cardinality === 'single' || (cardinality === 'usually_single' && fact.change) ? 'contradicts' : 'different'
}

/**
 * Whether an extractor's claim that both say the same is plausible: they do not differ in anything that distinguishes
 * facts.
 */
export const mayBeSame = (fact: ParsedFact, earlier: ParsedFact): boolean =>
  haveSameAttribute(fact, earlier)
    ? compareAttributes(fact, earlier) === 'same'
    : resembles(fact, earlier, RELATED_SHARE)

/** Whether they share most words, and do not differ in anything that distinguishes facts. */
const resembles = (fact: ParsedFact, earlier: ParsedFact, least_share: number): boolean =>
  compatible(fact, earlier) &&
  overlap(fact.terms, earlier.terms) >= least_share &&
  fact.terms.difference(earlier.terms).size < fact.terms.size * MAX_MISSING_SHARE &&
  // The same words in another order: "Noa helps Tom" is not "Tom helps Noa".
  !(equal(fact.terms, earlier.terms) && fact.names.size + earlier.names.size > 1)

/** Whether numbers, names, negation and time agree. */
const compatible = (fact: ParsedFact, earlier: ParsedFact): boolean =>
  fact.negated === earlier.negated &&
  fact.time === earlier.time &&
  equal(fact.numbers, earlier.numbers) &&
  fact.names.isSubsetOf(earlier.terms) &&
  earlier.names.isSubsetOf(fact.terms)

/** Whether two sets have the same members. */
export const equal = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && a.isSubsetOf(b)

/** The share of the smaller set that is in both, 0 to 1. */
export const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const smaller = Math.min(a.size, b.size)
  return smaller === 0 ? 0 : a.intersection(b).size / smaller
}
