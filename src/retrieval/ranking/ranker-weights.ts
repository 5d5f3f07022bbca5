/** The learned weights of the linear re-ranker; `scripts/train-ranker.ts` writes them. */
import type { LinearWeights } from './linear-reranker.ts'

/**
 * Learned by `node scripts/train-ranker.ts` from 1783 questions about 50 invented conversations (seeds from 10001), in
 * English and Hebrew; never from user data.
 */
export const RANKER_WEIGHTS: LinearWeights = {
  score: 2.9,
  own: 0.99,
  coverage: 0.593,
  phrase: 0.464,
  speaker: 0.463,
  question: -0.571,
  bot: 0,
  timed_when: 0.579,
  number_count: 0.539,
  short: -0.85,
  similarity: 0,
}
