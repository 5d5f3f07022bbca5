/** Detects a server that silently reads only a part of what it is sent. */
import type { LearnedTraits, ModelTraits } from '../knowledge/model-knowledge.ts'
import type { CompletionRequest } from '../language-model.ts'

/** Below this, the reported count says more about how the model counts than about how much it read. */
const LEAST_TOKENS = 1500
/** No model counts an ordinary text as less than half of our tokens. */
const READ_SHARE = 0.5
/** A count above this share means that the whole request was read. */
const WHOLE_SHARE = 0.8
/** Most characters of a token, for requests whose tokens were not counted. */
const CHARACTERS_PER_TOKEN = 5

/**
 * What the server's token count reveals about the model; `undefined`: nothing new.
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
