/** The port of re-rankers: they improve the order of the best candidates of a search. */
import type { CallContext } from '../../models/language-model.ts'

/** A message that may be quoted, as input for a re-ranker. */
export interface RerankCandidate {
  readonly message_id: string
  readonly text: string
  /** Its features by name; each about 0 to 1, the score as its logarithm. */
  readonly features: Features
}

/** Cheap features of a candidate and a question; the linear re-ranker weighs them. */
export type Features = Readonly<Record<FeatureName, number>>

export const FEATURE_NAMES = [
  'score',
  'own',
  'coverage',
  'phrase',
  'speaker',
  'question',
  'bot',
  'timed_when',
  'number_count',
  'short',
  'similarity',
] as const
export type FeatureName = (typeof FEATURE_NAMES)[number]

/** Improves the order of the best candidates of a search. */
export interface Reranker {
  /** Whether it uses the features of candidates; otherwise they are not computed. */
  readonly readsFeatures: boolean
  /**
   * One score per candidate, in the same order; higher is better.
   * @throws DenidinError as models do; the order of the search is then kept.
   */
  rerank(question: string, candidates: readonly RerankCandidate[], call: CallContext): Promise<readonly number[]>
}

/** The features of a candidate if the re-ranker does not use them. */
export const NO_FEATURES: Features = {
  score: 0,
  own: 0,
  coverage: 0,
  phrase: 0,
  speaker: 0,
  question: 0,
  bot: 0,
  timed_when: 0,
  number_count: 0,
  short: 0,
  similarity: 0,
}

/** No re-ranking: the search's own order is kept. */
export const keepOrder: Reranker = {
  readsFeatures: false,
  rerank: async (_question, candidates) => candidates.map((_candidate, at) => -at),
}
