/** Notices a server that reads only a part of what it is sent, and says nothing. */
import type { LearnedTraits, ModelTraits } from '../knowledge/model-knowledge.ts'
import type { CompletionRequest } from '../language-model.ts'

/** Below this, how a model counts says more than how much it read. */
const LEAST_TOKENS = 1500
/** No model counts less than half of our tokens of an ordinary text. */
const READ_SHARE = 0.5
/** What is counted like this was read. */
const WHOLE_SHARE = 0.8
/** Characters of a token at most, where tokens were not counted. */
const CHARACTERS_PER_TOKEN = 5

/**
 * What the tokens that a server counted say about it; `undefined`: nothing new.
 * @param counted tokens of the prompt, as the server counted them
 */
export const afterReading = (
  traits: ModelTraits,
  { messages, input_tokens }: Pick<CompletionRequest, 'messages' | 'input_tokens'>,
  counted: number,
): LearnedTraits | undefined => {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0)
  const sent = input_tokens ?? characters / CHARACTERS_PER_TOKEN
  if (sent < LEAST_TOKENS || counted === 0) return undefined
  const { cut_at_tokens } = traits
  if (counted < sent * READ_SHARE) return cut_at_tokens === undefined ? { cut_at_tokens: counted } : undefined
  const isWhole = cut_at_tokens !== undefined && sent > cut_at_tokens && counted >= sent * WHOLE_SHARE
  return isWhole ? { cut_at_tokens: undefined } : undefined
}
