/** The service that turns text into vectors (`embeddings`). */
import type { Section } from '../setting.ts'

export const EMBEDDINGS = {
  provider: {
    format: 'choice',
    choices: ['openai', 'offline'],
    default: null,
    inherits: 'ai.provider',
    doc: 'Type of embedding service. It may differ from the one that writes replies.',
  },
  base_url: {
    format: 'url',
    default: null,
    inherits: 'ai.base_url',
    doc: 'Base URL of the embedding service. To use OpenAI here while `ai.base_url` names another service, set `https://api.openai.com/v1`.',
  },
  api_key: {
    format: 'secret',
    default: null,
    inherits: 'openai_api_key',
    doc: 'API key for the embedding service, if it differs from `openai_api_key`.',
  },
  model: {
    format: 'text',
    default: 'text-embedding-3-small',
    formerKey: 'memory.longterm.embedding_model',
    doc: 'Embedding model. When it changes, DeniDin embeds everything again in the background.',
  },
  dimensions: {
    format: 'integer',
    default: null,
    min: 16,
    max: 8192,
    doc: "Number of dimensions of each vector. Not set: the model's default.",
  },
} as const satisfies Section
