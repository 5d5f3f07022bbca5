import type { LinearWeights } from './linear-reranker.ts'

/**
 * Learned by `node scripts/train-ranker.ts` from 1738 questions about 50 made-up talks (seeds from 10001),
 * English and Hebrew; never from anybody's data.
 */
export const RANKER_WEIGHTS: LinearWeights = {
  score: 2.664,
  own: 1.173,
  coverage: 0.645,
  phrase: 0.501,
  speaker: 0.53,
  question: -0.588,
  bot: 0,
  timed_when: 0.66,
  number_count: 0.636,
  short: -0.872,
  similarity: 0,
}
