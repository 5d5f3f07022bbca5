/** Storing and recalling long-term memory (`memory.longterm`). */
import type { Section } from '../setting.ts'

const RERANKER = {
  kind: {
    format: 'choice',
    choices: ['none', 'linear', 'http'],
    default: 'none',
    doc: 'How to re-rank the messages that a search finds. `none`: keep the order of the search. `linear`: built-in learned weights. `http`: a model at `memory.longterm.reranker.url`.',
  },
  url: {
    format: 'url',
    default: null,
    doc: 'URL of a re-ranker with a Cohere-compatible API, such as `http://127.0.0.1:8080/v1/rerank`. It receives the question and the messages found.',
  },
  model: {
    format: 'text',
    default: null,
    doc: "Model to request from the re-ranker. Not set: the re-ranker's default.",
  },
  api_key: {
    format: 'secret',
    default: null,
    doc: 'API key for the re-ranker, if it requires one.',
  },
} as const satisfies Section

const CHROMA = {
  mode: {
    format: 'choice',
    choices: ['managed', 'remote'],
    default: 'managed',
    doc: '`managed`: DeniDin runs its own Chroma server. `remote`: it uses the server at `memory.longterm.chroma.url`.',
  },
  url: {
    format: 'url',
    default: null,
    doc: 'URL of a remote Chroma server, such as `http://127.0.0.1:8000` or `https://user:password@host/path`. A user without a password, or `?token=…`, is a token; `&tenant=…` and `&database=…` are used too.',
  },
} as const satisfies Section

export const LONG_TERM = {
  enabled: {
    format: 'boolean',
    default: true,
    doc: 'Store ended sessions in long-term memory and recall from it. Requires `feature_flags.enable_memory_system`.',
  },
  top_k_results: {
    format: 'integer',
    default: 5,
    min: 1,
    max: 50,
    envAliases: ['TOP_K_RETRIEVAL'],
    doc: 'Maximum number of memories (facts and summaries) recalled for one message.',
  },
  min_similarity: {
    format: 'number',
    default: null,
    min: 0,
    max: 1,
    doc: 'Minimum similarity of a recalled memory: 0 recalls anything, 1 only the same text. Not set: a threshold that suits the embedding model.',
  },
  recall_tokens: {
    format: 'integer',
    default: 1000,
    min: 50,
    max: 100_000,
    doc: 'Maximum tokens of recalled text in one request to the model.',
  },
  semantic_weight: {
    format: 'number',
    default: 0.8,
    min: 0,
    max: 1,
    envAliases: ['SEMANTIC_WEIGHT'],
    doc: 'Weight of similarity when memories are ranked; 0 ignores it. At least one of the two weights must be above 0.',
  },
  recency_weight: {
    format: 'number',
    default: 0.2,
    min: 0,
    max: 1,
    envAliases: ['RECENCY_WEIGHT'],
    doc: 'Weight of recency when memories are ranked; 0 ignores it. Recency halves every 30 days.',
  },
  storage_dir: {
    format: 'data_folder',
    default: 'memory',
    doc: 'Folder for the vector index, relative to `data_root`. Keep nothing else in it: DeniDin may delete and rebuild it.',
  },
  collection_name: {
    format: 'collection',
    default: 'denidin_memory',
    doc: 'Prefix of the collection names in Chroma.',
  },
  reranker: RERANKER,
  chroma: CHROMA,
} as const satisfies Section
