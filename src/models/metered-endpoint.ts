/** A chat model that meters every request. Repeated and continued requests are checked and paid for each time. */
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { countInSlices, type TokenCounter } from '../text/tokens.ts'
import type { CompletionRequest, ModelMessage } from './language-model.ts'
import type { ChatEndpoint } from './mending/chat-endpoint.ts'
import { ANSWER_TOKENS, MESSAGE_TOKENS } from './message-tokens.ts'
import type { Meter } from './meter.ts'
import { metering } from './metered.ts'
import { MostInput } from './most-input.ts'

export interface MeteredEndpointDeps {
  readonly endpoint: ChatEndpoint
  readonly meter: Meter
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Reserves the most that each request may use: its input, and the limit of the answer that is sent with it. The input
 * is our count, raised by the largest excess that this model ever counted for a request.
 */
export const meteredEndpoint = ({ endpoint, meter, tokens, clock, logger }: MeteredEndpointDeps): ChatEndpoint => {
  const { provider, model, host, key, usual } = endpoint
  const measure = metering('completion', endpoint, meter, clock, logger)
  const most = new MostInput()
  return {
    provider,
    model,
    host,
    key,
    usual,
    send: async (request, traits, call) => {
      const counted = await countedTokens(request, tokens)
      const estimated = { input: most.of(counted), answer: request.max_tokens }
      return await measure(
        call,
        estimated,
        () => endpoint.send(request, traits, call),
        ({ usage }) => {
          most.learn(counted, usage.input_tokens)
          return usage
        },
      )
    },
  }
}

const countedTokens = async (
  { messages, input_tokens }: CompletionRequest,
  tokens: Pick<TokenCounter, 'count'>,
): Promise<number> => input_tokens ?? (await countInTurn(messages, tokens))

/** Our count of the messages, made in slices: they may be long, and no one has counted them yet. */
const countInTurn = async (messages: readonly ModelMessage[], tokens: Pick<TokenCounter, 'count'>): Promise<number> => {
  let counted = ANSWER_TOKENS
  for (const { content } of messages) counted += MESSAGE_TOKENS + (await countInSlices(tokens, content))
  return counted
}
