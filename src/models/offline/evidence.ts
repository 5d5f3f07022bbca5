import { splitSentences } from '../../text/split-sentences.ts'
import { conceptsOfStem } from './concepts.ts'
import { kindOf } from './sentence-kind.ts'
import { termsOf, type Term } from './terms.ts'
import type { Saying } from './transcript.ts'

/** One sentence that a person said, with where it comes from. */
export interface Evidence {
  readonly sentence: string
  readonly speaker: string | undefined
  /** Day of an earlier conversation; `undefined` within the running one. */
  readonly day: string | undefined
}

/** How much of a question must be found in a sentence for it to be an answer. */
const LEAST_SHARE = 0.3
/** Sentences that fit nearly as well as the best are quoted beside it. */
const NEARLY_BEST = 0.75
const MOST_QUOTES = 3
/** A word that stands for the same thing counts for half of the word itself. */
const CONCEPT_WORTH = 0.5
/** Statements among what was said, latest last, each once. */
export const statementsOf = (sayings: readonly Saying[]): Evidence[] => {
  const bySentence = new Map<string, Evidence>()
  for (const { text, speaker, day } of sayings) {
    for (const sentence of splitSentences(text)) {
      if (kindOf(sentence) !== 'statement') continue
      const key = sentence.toLowerCase()
      bySentence.delete(key)
      bySentence.set(key, { sentence, speaker, day })
    }
  }
  return [...bySentence.values()]
}

/**
 * The statements that answer a question best, best first: the share of the question's words that a statement holds,
 * words weighted by their rarity among the statements (inverse document frequency). Empty when none fits.
 */
export const bestEvidence = (question: string, statements: readonly Evidence[]): Evidence[] => {
  const asked = distinct(termsOf(question))
  const held = statements.map(({ sentence }) => distinct(termsOf(sentence)))
  const weights = asked.map(term => {
    const frequency = held.filter(terms => worth(term, terms) > 0).length
    return term.weight * Math.log(1 + (statements.length + 1) / (frequency + 1))
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const scored = statements.map((evidence, i) => ({
    evidence,
    score: asked.reduce((sum, term, j) => sum + worth(term, held[i] ?? []) * (weights[j] ?? 0), 0) / total,
  }))
  const best = Math.max(0, ...scored.map(each => each.score))
  if (best < LEAST_SHARE) return []
  // Of equals the later one: what was said last holds.
  return scored
    .toReversed()
    .sort((a, b) => b.score - a.score)
    .filter(each => each.score >= best * NEARLY_BEST)
    .slice(0, MOST_QUOTES)
    .map(each => each.evidence)
}

const distinct = (terms: readonly Term[]): Term[] => [...new Map(terms.map(term => [term.stem, term])).values()]

const worth = (asked: Term, held: readonly Term[]): number => {
  if (held.some(term => term.stem === asked.stem)) return 1
  const concepts = conceptsOfStem(asked.stem)
  return held.some(term => conceptsOfStem(term.stem).some(each => concepts.includes(each))) ? CONCEPT_WORTH : 0
}
