/** Chat completions from an OpenAI-compatible endpoint. */
import type OpenAI from 'openai'
import type { TokenCounter } from '../../text/tokens.ts'
import type { Completion, CompletionRequest, LanguageModel } from '../language-model.ts'
import { WholeAnswers } from '../whole-answers.ts'
import type { ChatAnswer } from './chat-answer.ts'
import { ChatExchange, readAnswer } from './chat-exchange.ts'
import type { OpenAiClient } from './openai-client.ts'
import { refusedParameter } from './openai-errors.ts'

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
  const exchange = new ChatExchange({ host: client.host, stream: true, clock: client.clock })
  let known: Dialect = {
    limit: client.is_openai ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
    json: true,
  }

  const ask = async (openai: OpenAI, request: CompletionRequest, signal: AbortSignal): Promise<ChatAnswer> => {
    let dialect = known
    let other_limit_tried = false
    for (;;) {
      try {
        const answer = await exchange.send(
          openai,
          {
            model,
            messages: request.messages.map(({ role, content }) => ({ role, content })),
            [dialect.limit]: request.max_tokens,
            ...(dialect.temperature ? { temperature: request.temperature } : {}),
            ...(dialect.json && request.json === true ? { response_format: { type: 'json_object' } } : {}),
          },
          signal,
        )
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

  return new WholeAnswers({
    provider: parts.provider ?? 'openai',
    model,
    complete: async (request, call) => {
      const answer = await client.call((openai, signal) => ask(openai, request, signal), call.signal)
      return read(answer, request, client.host, tokens)
    },
  })
}

const read = (answer: ChatAnswer, request: CompletionRequest, host: string, tokens: TokenCounter): Completion => {
  const { text, usage, cut = false } = readAnswer(answer, request, host)
  return {
    text,
    usage: {
      input_tokens: usage.input_tokens ?? countRequest(request, tokens),
      output_tokens: usage.output_tokens ?? tokens.count(text),
    },
    ...(cut ? { cut } : {}),
  }
}

const countRequest = (request: CompletionRequest, tokens: TokenCounter): number =>
  request.messages.reduce(
    (total, message) => total + tokens.count(message.content) + TOKENS_PER_MESSAGE,
    TOKENS_PER_MESSAGE,
  )
