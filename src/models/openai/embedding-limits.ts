/** The known limits of an embedding model for one request, and what a refusal reveals about them. */
import type { TokenCounter } from '../../text/tokens.ts'
import type { ModelTraits } from '../knowledge/model-knowledge.ts'
import { ModelError } from '../model-error.ts'

/** OpenAI's models read 8,192 tokens of a text and refuse longer ones. */
const TEXT_TOKENS = 8000
/** No embedding model reads less: a smaller number in an error message means something else. */
const LEAST_TOKENS = 32
/** Share of a limit that is left free for the markers that models put around a text. */
const SPARE_SHARE = 0.04
/** Factor by which we raise our estimate of the model's token count when a text that should fit does not. */
const RATIO_STEP = 1.4
/** Share of the longest text that is tried next where the service does not say how much it accepts. */
const NEXT_SHARE = 0.6

/** How many tokens of a text, in our count, the model reads. */
export const textTokens = ({ window_tokens = TEXT_TOKENS, tokens_ratio = 1 }: ModelTraits): number =>
  window_tokens >= TEXT_TOKENS && tokens_ratio === 1
    ? TEXT_TOKENS
    : Math.max(1, Math.floor((window_tokens * (1 - SPARE_SHARE)) / tokens_ratio))

/** What the refusal of some texts reveals about the model; `undefined`: nothing about the length of texts. */
export const shorterTexts = (
  error: unknown,
  traits: ModelTraits,
  texts: readonly string[],
  tokens: TokenCounter,
): ModelTraits | undefined => {
  if (!(error instanceof ModelError) || error.reason !== 'context-length') return undefined
  const { window_tokens = Number.POSITIVE_INFINITY, tokens_ratio = 1 } = traits
  const { limit_tokens = 0 } = error
  if (limit_tokens >= LEAST_TOKENS && limit_tokens < window_tokens) return { ...traits, window_tokens: limit_tokens }
  const longest = Math.max(...texts.map(text => tokens.count(text)))
  if (longest < LEAST_TOKENS) return undefined
  if (limit_tokens >= LEAST_TOKENS) return { ...traits, tokens_ratio: tokens_ratio * RATIO_STEP }
  return { ...traits, window_tokens: Math.floor(longest * NEXT_SHARE) }
}
