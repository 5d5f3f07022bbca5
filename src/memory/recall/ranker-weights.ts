import type { LinearWeights } from './linear-reranker.ts'

/**
 * Learned by `node scripts/train-ranker.ts` from 1788 questions about 50 made-up talks (seeds from 10001),
 * English and Hebrew; never from anybody's data.
 */
export const RANKER_WEIGHTS: LinearWeights = {
  score: 2.839,
  own: 1.11,
  coverage: 0.6,
  phrase: 0.489,
  speaker: 0.474,
  question: -0.61,
  bot: 0,
  timed_when: 0.609,
  number_count: 0.611,
  short: -0.885,
  similarity: 0,
}
