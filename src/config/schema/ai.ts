/** The language model that writes replies (`ai`). */
import type { Section } from '../setting.ts'

export const AI = {
  provider: {
    format: 'choice',
    choices: ['openai', 'offline'],
    default: 'openai',
    doc: '`openai`: any service with an OpenAI-compatible API. `offline`: simple built-in answers that need no key and no network.',
  },
  base_url: {
    format: 'url',
    default: null,
    envAliases: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
    doc: 'Base URL of an OpenAI-compatible service, such as `http://127.0.0.1:11434/v1`. Not set: OpenAI.',
  },
  model: {
    format: 'text',
    default: 'gpt-4o-mini',
    doc: 'Model for replies, summaries and fact extraction.',
  },
  fallback_models: {
    format: 'models',
    default: [],
    doc: 'Models that are asked in this order when `ai.model` is down, out of credit or refuses, for replies, summaries and fact extraction. Each has a `model`, a `base_url` (not set: OpenAI) and an `api_key`, which may name an environment variable: `${OTHER_API_KEY}`. Without `api_key`: none, but at the address of `ai.base_url` the one of `ai.model`.',
  },
  temperature: {
    format: 'number',
    default: 0.7,
    min: 0,
    max: 2,
    envAliases: ['LLM_TEMPERATURE'],
    doc: 'Sampling temperature of replies: 0 is the most predictable, 2 the most varied.',
  },
  max_tokens: {
    format: 'integer',
    default: 500,
    min: 1,
    max: 128_000,
    envAliases: ['LLM_MAX_TOKENS'],
    doc: 'Maximum length of one reply, in tokens.',
  },
  stream: {
    format: 'boolean',
    default: true,
    doc: 'Request answers as streams, so that one that stops halfway is noticed early. If a service refuses streams, it is asked without them in any case.',
  },
  idle_check: {
    format: 'boolean',
    default: true,
    doc: 'Ask an idle model for one word, so that `denidin status` and the alerts detect a wrong key or a failing service: 20 seconds after the start, every minute while the model has a problem, and after six hours without a call. Applies to the embedding model too.',
  },
  system_prompt_file: {
    format: 'file',
    default: null,
    doc: 'Text file with the system prompt, relative to the DeniDin folder. Not set: the built-in prompt.',
  },
  timeout_seconds: {
    format: 'number',
    default: 60,
    min: 1,
    // Node's fetch gives up by itself after 300 s without an answer.
    max: 300,
    doc: 'Timeout of one model call in seconds, including its retries.',
  },
  retries: {
    format: 'integer',
    default: 2,
    min: 0,
    max: 10,
    doc: 'Number of retries when the model service is busy or fails; 0 disables retries.',
  },
} as const satisfies Section
