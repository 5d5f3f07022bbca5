import { EXTRACTION_SCHEMA } from './learning-schema.ts'
import type { Settings } from './settings.ts'
import type { SettingsTree } from './setting.ts'

/** The keys below `memory`; a part of `schema.ts`. */
export const MEMORY_SCHEMA: SettingsTree<Settings['memory']> = {
  godfather_scope: {
    default: 'own',
    format: 'choice',
    choices: ['own', 'all'],
    doc: '`all`: in a direct chat the godfather is also reminded of what others said; each time is written to `logs/memory_audit.log`.',
  },
  session: {
    max_tokens_by_role: {
      client: {
        default: 4000,
        format: 'whole',
        min: 10,
        max: 2_000_000,
        doc: 'Tokens of running conversation that the model is shown for a client.',
      },
      godfather: {
        default: 100_000,
        format: 'whole',
        min: 10,
        max: 2_000_000,
        doc: 'The same for the godfather.',
      },
    },
    session_timeout_hours: {
      default: 24,
      format: 'decimal',
      min: 0.001,
      max: 8760,
      doc: 'Hours of silence after which a conversation is over and goes into long-term memory.',
    },
    expiry_cron: {
      default: '*/10 * * * *',
      format: 'cron',
      doc: 'When to look for conversations that are over.',
    },
    cleanup_cron: {
      default: '0 2 * * *',
      format: 'cron',
      doc: 'When to remove archived conversations, reflections, and records of messages long dealt with, that are past their retention.',
    },
    expired_retention_days: {
      default: 30,
      format: 'whole',
      min: 1,
      max: 3650,
      doc: 'Days for which an archived conversation is kept on disk.',
    },
  },
  longterm: {
    enabled: {
      default: true,
      format: 'switch',
      doc: 'Whether conversations that are over are remembered and recalled.',
    },
    top_k_results: {
      default: 5,
      format: 'whole',
      min: 1,
      max: 50,
      other_env: ['TOP_K_RETRIEVAL'],
      doc: 'Most memories that are recalled for one message.',
    },
    min_similarity: {
      default: null,
      format: 'decimal',
      min: 0,
      max: 1,
      doc: 'Similarity below which nothing is recalled; none: what suits the embedding model.',
    },
    recall_tokens: {
      default: 1000,
      format: 'whole',
      min: 50,
      max: 100_000,
      doc: 'Most tokens of recalled text that the model is shown.',
    },
    semantic_weight: {
      default: 0.8,
      format: 'decimal',
      min: 0,
      max: 1,
      other_env: ['SEMANTIC_WEIGHT'],
      doc: 'Weight of likeness in the order of memories.',
    },
    recency_weight: {
      default: 0.2,
      format: 'decimal',
      min: 0,
      max: 1,
      other_env: ['RECENCY_WEIGHT'],
      doc: 'Weight of freshness, which halves every 30 days, in the order of memories.',
    },
    storage_dir: {
      default: 'memory',
      format: 'folder',
      doc: 'Folder of the vector index; relative to `data_root`. It can be rebuilt, so nothing else may lie there.',
    },
    collection_name: {
      default: 'denidin_memory',
      format: 'collection',
      doc: 'First part of the names of the collections in Chroma.',
    },
    reranker: {
      kind: {
        default: 'none',
        format: 'choice',
        choices: ['none', 'linear', 'http'],
        doc: 'Who puts found messages into their last order: `none`: the search itself; `linear`: learned weights, built in; `http`: a model at `memory.longterm.reranker.url`.',
      },
      url: {
        default: null,
        format: 'url',
        doc: "Address of a re-ranker with Cohere's protocol, such as `http://127.0.0.1:8080/v1/rerank`. It sees questions and the messages found.",
      },
      model: { default: null, format: 'text', doc: 'Model that the re-ranker is asked for; none: its only one.' },
      api_key: { default: null, format: 'secret', sensitive: true, doc: 'Key for the re-ranker, where it needs one.' },
    },
    chroma: {
      mode: {
        default: 'managed',
        format: 'choice',
        choices: ['managed', 'remote'],
        doc: '`managed`: DeniDin runs a Chroma server of its own; `remote`: it uses the one at `memory.longterm.chroma.url`.',
      },
      url: {
        default: null,
        format: 'url',
        doc: 'Address of a remote Chroma server, such as `http://127.0.0.1:8000`.',
      },
    },
  },
  agent: {
    interval_hours: {
      default: 6,
      format: 'decimal',
      min: 0.1,
      max: 8760,
      doc: 'Hours between two looks of the conscious agent at what is remembered.',
    },
  },
  reflections: {
    retention_days: {
      default: 90,
      format: 'whole',
      min: 1,
      max: 3650,
      doc: 'Days for which the paragraph about a conversation (its reflection) is kept.',
    },
  },
  extraction: EXTRACTION_SCHEMA,
}
