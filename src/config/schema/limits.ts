/** Limits on spending and on messages (`limits`). */
import type { Section } from '../setting.ts'

/** More than any bill. */
const MOST_COST = 1_000_000_000
const MOST_TOKENS = 1_000_000_000_000

const cost = (doc: string) => ({ format: 'number', default: null, min: 0, max: MOST_COST, doc }) as const
const tokens = (doc: string) => ({ format: 'integer', default: null, min: 0, max: MOST_TOKENS, doc }) as const

export const LIMITS = {
  cost_per_person_per_day: cost(
    'Maximum cost of the calls for one person in a day, in the currency of `budget.prices_file`. Not set: no limit.',
  ),
  cost_per_day: cost('Maximum cost of all calls together in a day. A day begins at midnight in `time_zone`.'),
  cost_per_month: cost('Maximum cost of all calls together in a calendar month.'),
  tokens_per_person_per_day: tokens(
    'Maximum tokens, of requests and answers together, of the calls for one person in a day. They count even without a price.',
  ),
  tokens_per_day: tokens('Maximum tokens of all calls together in a day.'),
  tokens_per_month: tokens('Maximum tokens of all calls together in a calendar month.'),
  at_limit: {
    format: 'choice',
    default: 'refuse',
    choices: ['refuse', 'smaller_model', 'offline_answer'],
    doc: 'What happens to a message when a limit is reached. `refuse`: a friendly sentence says when answers go on. `smaller_model`: `limits.smaller_model` answers from 80 % of a limit on, to its end. `offline_answer`: the built-in offline model answers, from what was said and remembered. Extraction, summaries and embeddings wait until the limit allows them.',
  },
  smaller_model: {
    format: 'text',
    default: null,
    doc: 'Cheaper model at the address of `ai.base_url` that answers near a limit, with `limits.at_limit` set to `smaller_model`.',
  },
  unpriced_models: {
    format: 'choice',
    default: 'free',
    choices: ['free', 'refuse'],
    doc: 'Whether a limit counts the calls of a model without a price as free, or refuses them. Tokens count in any case.',
  },
  messages_per_minute: {
    format: 'integer',
    default: null,
    min: 1,
    max: 10_000,
    doc: 'Messages of one person that are answered in a minute, on average. Messages above the limit are read and stay part of the conversation; the person is told once when answers resume. Commands are not counted. Not set: no limit.',
  },
  message_burst: {
    format: 'integer',
    default: null,
    min: 1,
    max: 10_000,
    doc: 'Messages that one person may write at once. Not set: as many as `limits.messages_per_minute`.',
  },
  messages_per_day: {
    format: 'integer',
    default: null,
    min: 1,
    max: 1_000_000,
    doc: 'Messages of one person that are answered in a day, from midnight to midnight in `time_zone`. Not set: no limit.',
  },
  exempt_godfather: {
    format: 'boolean',
    default: true,
    doc: 'Limits per person do not apply to the godfather; those for everyone do.',
  },
} as const satisfies Section
