/** Builds the body of a chat completion in the form that one model accepts. */
import type OpenAI from 'openai'
import type { ModelTraits } from '../knowledge/model-knowledge.ts'
import type { CompletionRequest } from '../language-model.ts'
import { shapeMessages } from '../request-shape.ts'

/** The body, apart from how the answer is delivered. */
export const chatRequest = (
  model: string,
  { messages, max_tokens, temperature, json = false }: CompletionRequest,
  { limit = 'max_tokens', without = [] }: ModelTraits,
): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model,
  messages: [...shapeMessages(messages, without.includes('system'))],
  [limit]: max_tokens,
  ...(without.includes('temperature') ? {} : { temperature }),
  ...(json && !without.includes('response_format') ? { response_format: { type: 'json_object' } } : {}),
})
