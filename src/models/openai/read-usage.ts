/** Reads the token usage of a call, in each of the known shapes. */
import type { TokenUsage } from '../language-model.ts'
import { countOf, type Fields, fieldsOf } from './json-fields.ts'

/**
 * Tokens as a server counted them. Known shapes:
 *
 * - cached input in `prompt_tokens_details.cached_tokens` (OpenAI, Azure, Gemini, Groq, xAI, OpenRouter),
 *   `prompt_cache_hit_tokens` (DeepSeek), `cached_tokens` (Moonshot), `cache_read_input_tokens` (gateways to
 *   Anthropic);
 * - hidden reasoning inside `completion_tokens` (OpenAI), or beside it and only in `total_tokens` (Gemini, xAI);
 * - cached input inside `prompt_tokens`, or beside it and only in `total_tokens` (some gateways to Anthropic);
 * - `input_tokens` and `output_tokens` instead of `prompt_tokens` and `completion_tokens` (gateways);
 * - zeros from servers that do not count.
 */
export const readUsage = (usage: Fields): Partial<TokenUsage> => {
  // No prompt is empty: a server that reports none does not count.
  const prompt = countOf(usage['prompt_tokens'] ?? usage['input_tokens']) || undefined
  const counted = countOf(usage['completion_tokens'] ?? usage['output_tokens'])
  const completion = prompt === undefined ? counted || undefined : counted
  const cached = cachedTokens(usage)
  const beside = tokensBeside(usage, prompt, completion)
  const cached_is_beside = beside > 0 && beside === cached
  const input_tokens = cached_is_beside ? sumOf(prompt, beside) : prompt
  const output_tokens = cached_is_beside ? completion : sumOf(completion, beside)
  return {
    ...(input_tokens === undefined ? {} : { input_tokens }),
    ...(cached === undefined ? {} : { cached_tokens: cached }),
    ...(output_tokens === undefined ? {} : { output_tokens }),
  }
}

const cachedTokens = (usage: Fields): number | undefined =>
  [
    fieldsOf(usage['prompt_tokens_details'])['cached_tokens'],
    usage['prompt_cache_hit_tokens'],
    usage['cached_tokens'],
    usage['cache_read_input_tokens'],
  ]
    .map(countOf)
    .find(count => count !== undefined)

/** Tokens of the total that are neither in the prompt nor in the completion. */
const tokensBeside = (usage: Fields, prompt: number | undefined, completion: number | undefined): number => {
  const total = countOf(usage['total_tokens'])
  if (total === undefined || prompt === undefined || completion === undefined) return 0
  return Math.max(0, total - prompt - completion)
}

const sumOf = (tokens: number | undefined, more: number): number | undefined =>
  tokens === undefined ? undefined : tokens + more
