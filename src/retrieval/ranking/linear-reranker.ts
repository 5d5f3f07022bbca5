/** A re-ranker that adds up weighted features of a candidate. */
import { FEATURE_NAMES, type FeatureName, type Features, type Reranker } from './reranker.ts'

/** What each feature adds to a candidate's score. */
export type LinearWeights = Readonly<Record<FeatureName, number>>

/** The weighted sum of a candidate's features. */
export const linearScore = (features: Features, weights: LinearWeights): number =>
  FEATURE_NAMES.reduce((sum, name) => sum + weights[name] * features[name], 0)

/** A re-ranker without a model: it costs nothing and calls no service. */
export const createLinearReranker = (weights: LinearWeights): Reranker => ({
  readsFeatures: true,
  rerank: async (_question, candidates) => candidates.map(({ features }) => linearScore(features, weights)),
})
