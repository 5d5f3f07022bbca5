/** How two facts of one person stand to each other. */
import { beyond, equal, overlap, within } from './sets.ts'
import type { Shape } from './parse-fact.ts'

/** `near`: they may be the same; something else has to speak for it. */
export type Verdict = 'same' | 'contradicts' | 'near' | 'different'

/** Least share of common words for two facts to have to do with each other. */
const NEAR_SHARE = 0.5
const RELATED_SHARE = 1 / 3
/** Of a fact that is taken for another one less than this may be missing there. */
const MOST_LOST_SHARE = 1 / 3

/** Compares a fact with one that was there before. Order matters: only the later one contradicts. */
export const compare = (fact: Shape, before: Shape): Verdict => {
  if (fact.attribute !== undefined && fact.attribute.name === before.attribute?.name) {
    return compareAttributes(fact, before)
  }
  if (fact.time !== before.time) return 'different'
  const bare = fact.attribute === undefined && before.attribute === undefined
  if (equal(fact.terms, before.terms)) {
    if (bare && fact.value.join(' ') === before.value.join(' '))
      return fact.negated === before.negated ? 'same' : 'contradicts'
  }
  return resembles(fact, before, NEAR_SHARE) ? 'near' : 'different'
}

const compareAttributes = (fact: Shape, before: Shape): Verdict => {
  if (!equal(new Set(fact.about), new Set(before.about)) || fact.time !== before.time) return 'different'
  const [value, other] = [new Set(fact.value), new Set(before.value)]
  if (equal(value, other)) return fact.negated === before.negated ? 'same' : 'contradicts'
  if (fact.negated || before.negated || fact.time !== 'now') return 'different'
  // One that only says more of the same contradicts nothing.
  if (within(value, other) || within(other, value)) return 'different'
  return fact.attribute?.single === true || fact.change ? 'contradicts' : 'different'
}

/** Whether an extractor may be believed that both say the same: nothing that tells facts apart differs. */
export const mayBeSame = (fact: Shape, before: Shape): boolean => {
  if (fact.attribute !== undefined && fact.attribute.name === before.attribute?.name) {
    return compareAttributes(fact, before) === 'same'
  }
  return resembles(fact, before, RELATED_SHARE)
}

/** Whether so many words are common that hardly anything of the fact would be lost, and nothing that tells facts apart. */
const resembles = (fact: Shape, before: Shape, least: number): boolean =>
  compatible(fact, before) &&
  overlap(fact.terms, before.terms) >= least &&
  beyond(fact.terms, before.terms).length < fact.terms.size * MOST_LOST_SHARE &&
  // The same words in another order: "Noa helps Tom" is not "Tom helps Noa".
  !(equal(fact.terms, before.terms) && fact.names.size + before.names.size > 1)

/** Whether an extractor may be believed that the one ends the other: they speak of the same thing. */
export const mayReplace = (fact: Shape, before: Shape): boolean => {
  if (fact.attribute !== undefined && fact.attribute.name === before.attribute?.name) {
    return equal(new Set(fact.about), new Set(before.about))
  }
  return overlap(fact.terms, before.terms) >= RELATED_SHARE
}

/** Numbers, names, negation and time agree. */
const compatible = (fact: Shape, before: Shape): boolean =>
  fact.negated === before.negated &&
  fact.time === before.time &&
  equal(fact.numbers, before.numbers) &&
  within(fact.names, before.terms) &&
  within(before.names, fact.terms)
