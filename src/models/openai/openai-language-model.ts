/** Chat completions from an OpenAI-compatible endpoint. */
import type OpenAI from 'openai'
import { z } from 'zod'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Completion, CompletionRequest, LanguageModel } from '../language-model.ts'
import { ModelError } from '../model-error.ts'
import type { OpenAiClient } from './openai-client.ts'
import { failureInAnswer, refusedParameter } from './openai-errors.ts'
import { readProviderError } from './provider-error.ts'

export interface OpenAiLanguageModelDeps {
  readonly client: OpenAiClient
  readonly model: string
  /** Name in the usage table; by default `openai`, as whoever speaks its protocol. */
  readonly provider?: string
  /** Counts where the server does not say what a call took. */
  readonly tokens: TokenCounter
}

/** How a model wants to be asked. */
interface Dialect {
  readonly limit: 'max_tokens' | 'max_completion_tokens'
  readonly temperature: boolean
  readonly json: boolean
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
 * A language model behind OpenAI's chat completions.
 *
 * Servers differ in a few parameters. The bound on the answer is sent as `max_completion_tokens` to OpenAI itself (its
 * reasoning models accept nothing else) and as `max_tokens` to all others (Ollama, vLLM and most gateways know that
 * one); where a server refuses the one (400 or 422), the other is sent. Where it refuses `temperature` or
 * `response_format`, none is sent.
 * What worked is kept for the calls that follow.
 */
export const createOpenAiLanguageModel = (parts: OpenAiLanguageModelDeps): LanguageModel => {
  const { client, model, tokens } = parts
  let known: Dialect = {
    limit: client.is_openai ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
    json: true,
  }

  const ask = async (openai: OpenAI, request: CompletionRequest, signal: AbortSignal): Promise<unknown> => {
    let dialect = known
    let other_limit_tried = false
    for (;;) {
      try {
        const answer: unknown = await openai.chat.completions.create(
          {
            model,
            messages: request.messages.map(({ role, content }) => ({ role, content })),
            [dialect.limit]: request.max_tokens,
            ...(dialect.temperature ? { temperature: request.temperature } : {}),
            ...(dialect.json && request.json === true ? { response_format: { type: 'json_object' } } : {}),
          },
          { signal },
        )
        const error = readProviderError(answer)
        if (error !== undefined) throw failureInAnswer(error, client.host)
        known = dialect
        return answer
      } catch (thrown) {
        if (!other_limit_tried && refusedParameter(thrown, dialect.limit)) {
          other_limit_tried = true
          dialect = { ...dialect, limit: dialect.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' }
        } else if (dialect.temperature && refusedParameter(thrown, 'temperature')) {
          dialect = { ...dialect, temperature: false }
        } else if (dialect.json && request.json === true && refusedParameter(thrown, 'response_format')) {
          dialect = { ...dialect, json: false }
        } else {
          throw thrown
        }
      }
    }
  }

  return {
    provider: parts.provider ?? 'openai',
    model,
    complete: async (request, call) => {
      const answer = await client.call((openai, signal) => ask(openai, request, signal), call.signal)
      return read(answer, request, client.host, tokens)
    },
  }
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
