/** Chat completions from an OpenAI-compatible endpoint. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { modelKey, type ModelKnowledge } from '../knowledge/model-knowledge.ts'
import type { Completion, CompletionRequest } from '../language-model.ts'
import type { ChatEndpoint } from '../mending/chat-endpoint.ts'
import { MendedLanguageModel } from '../mending/mended-language-model.ts'
import { ModelError } from '../model-error.ts'
import type { OpenAiClient } from './openai-client.ts'
import { chatRequest } from './chat-request.ts'
import { failureInAnswer } from './openai-errors.ts'
import { readProviderError } from './provider-error.ts'

export interface OpenAiLanguageModelDeps {
  readonly client: OpenAiClient
  readonly model: string
  /** Name in the usage table; by default `openai`, as whoever speaks its protocol. */
  readonly provider?: string
  /** Counts where the server does not say what a call took. */
  readonly tokens: TokenCounter
  /** What was learned about models before. */
  readonly knowledge: ModelKnowledge
  readonly clock: Clock
  readonly logger: Logger
}

const answerSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.number().int().nonnegative(), completion_tokens: z.number().int().nonnegative() })
    .nullish()
    .catch(undefined),
})

/** What a reasoning model of one's own may write before its answer; meant for nobody to read. */
const THOUGHTS = /^\s*<think>[\s\S]*?(?:<\/think>|$)/
/** Tokens around each message in OpenAI's chat format, and before the answer (their cookbook's count). */
const TOKENS_PER_MESSAGE = 3

/**
 * A language model behind OpenAI's chat completions. Requests that are refused are mended, and what is learned by that
 * is kept for the calls that follow. The bound on the answer is sent as `max_completion_tokens` to OpenAI itself (its
 * reasoning models accept nothing else) and as `max_tokens` to all others (Ollama, vLLM and most gateways know that
 * one), until a server refuses it.
 */
export const createOpenAiLanguageModel = (parts: OpenAiLanguageModelDeps): MendedLanguageModel => {
  const { client, model, tokens, knowledge, clock, logger } = parts
  const endpoint: ChatEndpoint = {
    provider: parts.provider ?? 'openai',
    model,
    host: client.host,
    key: modelKey(client.base_url, model),
    usual: { limit: client.is_openai ? 'max_completion_tokens' : 'max_tokens' },
    send: async (request, traits, call) => {
      const body = chatRequest(model, request, traits)
      const answer = await client.call(
        model,
        async (openai, signal) => {
          const received: unknown = await openai.chat.completions.create(body, { signal })
          const error = readProviderError(received)
          if (error !== undefined) throw failureInAnswer(error, client.host)
          return received
        },
        call,
      )
      return read(answer, request, client.host, tokens)
    },
  }
  return new MendedLanguageModel({ endpoint, knowledge, tokens, clock, logger })
}

const read = (answer: unknown, request: CompletionRequest, host: string, tokens: TokenCounter): Completion => {
  const parsed = answerSchema.safeParse(answer)
  const choice = parsed.data?.choices[0]
  if (choice === undefined) throw new ModelError('bad-response', `${host} answered without an answer in it`)
  const text = (choice.message.content?.replace(THOUGHTS, '').trim() || choice.message.refusal?.trim()) ?? ''
  if (text === '') throw empty(choice.finish_reason, request.max_tokens, host)
  const usage = parsed.data?.usage
  return {
    text,
    usage: {
      input_tokens: usage?.prompt_tokens ?? countRequest(request, tokens),
      output_tokens: usage?.completion_tokens ?? tokens.count(text),
    },
  }
}

const empty = (finish_reason: string | null | undefined, max_tokens: number, host: string): ModelError => {
  switch (finish_reason) {
    case 'length':
      return new ModelError(
        'bad-response',
        `the model at ${host} used its ${String(max_tokens)} tokens up before it said anything; allow it more`,
      )
    case 'content_filter':
      return new ModelError('content-filter', `${host} withheld the answer (content filter)`)
    default:
      return new ModelError('bad-response', `${host} answered with an empty text`)
  }
}

const countRequest = (request: CompletionRequest, tokens: TokenCounter): number =>
  request.messages.reduce(
    (total, message) => total + tokens.count(message.content) + TOKENS_PER_MESSAGE,
    TOKENS_PER_MESSAGE,
  )
