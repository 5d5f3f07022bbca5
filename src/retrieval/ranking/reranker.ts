import type { CallContext } from '../../models/language-model.ts'

/** A message that may be quoted, as a re-ranker sees it. */
export interface RerankCandidate {
  readonly message_id: string
  readonly text: string
  /** What is known of it, by name; each about 0 to 1, the score as its logarithm. */
  readonly features: Features
}

/** Cheap facts about a candidate and a question; the linear ranker weighs them. */
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

/** Puts the best candidates of a search into a better order. */
export interface Reranker {
  /**
   * One score a candidate, in their order; higher is better.
   * @throws DenidinError as models do; the order of the search then stands.
   */
  rerank(question: string, candidates: readonly RerankCandidate[], call: CallContext): Promise<readonly number[]>
}
