import type { LexicalWeights } from '../../../src/retrieval/ranking/weights.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../../src/retrieval/ranking/weights.ts'
import { createLinearReranker } from '../../../src/retrieval/ranking/linear-reranker.ts'
import { RANKER_WEIGHTS } from '../../../src/retrieval/ranking/ranker-weights.ts'
import type { Dialogue } from '../../support/dialogues/dialogue.ts'
import type { RecallVariant } from './bench-recall.ts'
import { offlineVectors } from './offline-vectors.ts'

const words = (other: Partial<LexicalWeights>): RecallVariant => ({ weights: { ...LEXICAL_WEIGHTS, ...other } })

const ANYTHING = { floor: 0, sure: 0 }

/** Nothing but BM25 of single messages. */
const PLAIN: LexicalWeights = {
  ...LEXICAL_WEIGHTS,
  near: 0,
  wide: 0,
  answer: 0,
  related: 0,
  speaker: 1,
  question: 1,
  sent: 0,
  mentioned: 0,
  in_time: 1,
  when: 1,
  count: 1,
  now: 1,
}

/** Recall with one part left out, or another put in, by name. */
export const variants = async (dialogues: readonly Dialogue[]): Promise<Readonly<Record<string, RecallVariant>>> => ({
  'as it is': {},
  'plain BM25': { weights: PLAIN },
  'BM25 with windows, speaker, dates of sessions, questions': {
    weights: { ...PLAIN, near: 0.5, wide: 0.5, speaker: 1.5, question: 0.85, in_time: 1.5 },
  },
  'without windows': words({ near: 0, wide: 0 }),
  'without the answer to a question': words({ answer: 0 }),
  'without related words': words({ related: 0 }),
  'without the speaker': words({ speaker: 1 }),
  'without holding back questions': words({ question: 1 }),
  'without dates': words({ sent: 0, mentioned: 0, in_time: 1 }),
  'without dates that are spoken of': words({ mentioned: 0 }),
  'without expecting a time or a number': words({ when: 1, count: 1 }),
  'with the learned re-ranker': { reranker: createLinearReranker(RANKER_WEIGHTS) },
  'with vectors of the offline embedder': { vectors: await offlineVectors(dialogues) },
  'without how common words are': words({ prior: 0 }),
  'without the floors': { fusion: { ...FUSION, personal: ANYTHING, general: ANYTHING } },
  'one floor for all': { fusion: { ...FUSION, general: FUSION.personal } },
  'without the tail’s end': { fusion: { ...FUSION, tail: 0 } },
})
