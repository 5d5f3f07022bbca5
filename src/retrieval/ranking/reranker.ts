/** The port of re-rankers: they put the best candidates of a search into a better order. */
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
  /** Whether it reads the features of candidates; otherwise they are not computed. */
  readonly readsFeatures: boolean
  /**
   * One score a candidate, in their order; higher is better.
   * @throws DenidinError as models do; the order of the search is then kept.
   */
  rerank(question: string, candidates: readonly RerankCandidate[], call: CallContext): Promise<readonly number[]>
}

/** The features of a candidate when no re-ranker reads them. */
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

/** No re-ranking: the search's own order stays. */
export const keepOrder: Reranker = {
  readsFeatures: false,
  rerank: async (_question, candidates) => candidates.map((_candidate, at) => -at),
}
