/** Chat completions from an OpenAI-compatible endpoint. */
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { modelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import { NO_USAGE, type Completion, type CompletionRequest, type LanguageModel } from '../language-model.ts'
import { meteredEndpoint } from '../metered-endpoint.ts'
import type { Meter } from '../meter.ts'
import { ModelError } from '../model-error.ts'
import { requestTokens } from '../message-tokens.ts'
import type { ChatEndpoint } from '../mending/chat-endpoint.ts'
import { afterReading } from '../mending/silent-cuts.ts'
import { MendedLanguageModel } from '../mending/mended-language-model.ts'
import { WholeAnswers } from '../whole-answers.ts'
import type { ChatAnswer } from './chat-answer.ts'
import { ChatExchange, readAnswer } from './chat-exchange.ts'
import { chatRequest } from './chat-request.ts'
import type { OpenAiClient } from './openai-client.ts'

export interface OpenAiLanguageModelDeps {
  readonly client: OpenAiClient
  readonly model: string
  /** Name in the usage table; `openai` by default, because the endpoint speaks its protocol. */
  readonly provider?: string
  /** Counts requests for the meter, and usage if the server does not report it. */
  readonly tokens: TokenCounter
  /** What earlier calls learned about models. */
  readonly knowledge: ModelKnowledge
  /** Accounts for every request. */
  readonly meter: Meter
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * A language model over OpenAI's chat completions API. Refused requests are mended, and what that teaches applies to
 * later calls. The limit of the answer is sent as `max_completion_tokens` to OpenAI itself, whose reasoning models
 * accept nothing else. All others get `max_tokens`, which Ollama, vLLM and most gateways know, until a server refuses
 * it.
 */
export const createOpenAiLanguageModel = (parts: OpenAiLanguageModelDeps): LanguageModel => {
  const { client, model, tokens, knowledge, meter, clock, logger } = parts
  const { host } = client
  const key = modelKey(client.base_url, model)
  const exchange = new ChatExchange({ host, stream: client.streams, clock })
  const endpoint: ChatEndpoint = {
    provider: parts.provider ?? 'openai',
    model,
    host,
    key,
    usual: { limit: client.is_openai ? 'max_completion_tokens' : 'max_tokens' },
    send: async (request, traits, call) => {
      const body = chatRequest(model, request, traits)
      const answer = await client.call(model, (openai, signal) => exchange.send(openai, body, signal), call)
      const { input_tokens } = answer.usage
      const known = knowledge.traitsOf(key)
      const learned = input_tokens === undefined ? undefined : afterReading(known, request, input_tokens)
      if (learned !== undefined) await knowledge.learn(key, learned)
      try {
        return read(answer, request, host, tokens)
      } catch (error) {
        throw error instanceof ModelError ? error.taking({ ...NO_USAGE, ...answer.usage }) : error
      }
    },
  }
  const metered = meteredEndpoint({ endpoint, meter, tokens, clock, logger })
  return new WholeAnswers(new MendedLanguageModel({ endpoint: metered, knowledge, tokens, clock, logger }))
}

const read = (answer: ChatAnswer, request: CompletionRequest, host: string, tokens: TokenCounter): Completion => {
  const { text, usage, cut = false } = readAnswer(answer, request, host)
  return {
    text,
    usage: {
      ...usage,
      input_tokens: usage.input_tokens ?? requestTokens(request.messages, tokens),
      output_tokens: usage.output_tokens ?? tokens.count(text),
    },
    ...(cut ? { cut } : {}),
  }
}
