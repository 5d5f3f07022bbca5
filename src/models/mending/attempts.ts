/** The attempts of one model call: each failure that says what is wrong changes the next attempt. */
import type { TokenCounter } from '../../text/tokens.ts'
import { estimatedTokens } from '../estimated-tokens.ts'
import {
  learnedSince,
  type LearnedTraits,
  type ModelKnowledge,
  type ModelTraits,
  type OptionalPart,
} from '../knowledge/model-knowledge.ts'
import type { CallContext, Completion, CompletionRequest } from '../language-model.ts'
import { ModelError } from '../model-error.ts'
import type { ChatEndpoint } from './chat-endpoint.ts'
import { roomOf, shortenMessages } from './shorten-request.ts'

/** How often one request is changed before it is given up. */
const MOST_MENDS = 12
/** Share of a request that is tried next where the service does not say how much it accepts. */
const NEXT_SHARE = 0.7
/** Factor by which we raise our estimate of the model's token count when a request that should fit does not. */
const RATIO_STEP = 1.3
/** No model has a smaller window: a smaller number in an error message means something else. */
const LEAST_WINDOW_TOKENS = 256
/** A smaller limit of the answer is not tried. */
const LEAST_ANSWER_TOKENS = 32
/** What may be left out of a request that is refused for an unknown reason. */
const OPTIONAL: readonly OptionalPart[] = ['temperature', 'response_format', 'system']
/** Names that services use in their messages for the limit of the answer. */
const ANSWER_BOUND = /max_?(?:completion_?|output_?|new_?)?tokens/i

export interface AttemptsDeps {
  readonly endpoint: ChatEndpoint
  readonly knowledge: ModelKnowledge
  readonly tokens: TokenCounter
}

export class Attempts {
  readonly #deps: AttemptsDeps
  readonly #call: CallContext
  readonly #before: ModelTraits
  #traits: ModelTraits
  #mends = 0
  #limit_swapped = false
  /** Traits before everything optional was left out; `undefined`: that was not tried yet. */
  #before_plain: ModelTraits | undefined

  constructor(deps: AttemptsDeps, traits: ModelTraits, call: CallContext) {
    this.#deps = deps
    this.#before = traits
    this.#traits = traits
    this.#call = call
  }

  /** How the model is asked now. */
  get traits(): ModelTraits {
    return this.#traits
  }

  /** What is now asked in another way than at the beginning; `undefined`: nothing. */
  get learned(): LearnedTraits | undefined {
    return this.#traits === this.#before ? undefined : learnedSince(this.#before, this.#traits)
  }

  /** Asks, and asks again in another way as long as the failure says what to change. */
  async ask(request: CompletionRequest): Promise<Completion> {
    for (;;) {
      const sent = this.#fit(request)
      try {
        return await this.#deps.endpoint.send(sent, this.#traits, this.#call)
      } catch (error) {
        this.#call.signal?.throwIfAborted()
        if (!(error instanceof ModelError)) throw error
        const mended = this.#mended(error, sent)
        if (mended === undefined || ++this.#mends > MOST_MENDS) throw error
        this.#traits = mended
        // For a whole request the caller does the shortening, so it needs the window even though no answer came.
        if (request.whole === true && this.#traits.window_tokens !== undefined) await this.#learn()
      }
    }
  }

  async #learn(): Promise<void> {
    await this.#deps.knowledge.learn(this.#deps.endpoint.key, learnedSince(this.#before, this.#traits))
  }

  #fit(request: CompletionRequest): CompletionRequest {
    const { tokens, endpoint } = this.#deps
    const { messages, input_tokens = Number.POSITIVE_INFINITY, whole = false } = request
    const room = roomOf(this.#traits, request.max_tokens)
    const max_tokens = room.answer
    if (!Number.isFinite(room.request) || input_tokens <= room.request) return { ...request, max_tokens }
    const shorter = shortenMessages(messages, room.request, tokens)
    if (whole && shorter !== messages) {
      const window = String(this.#traits.window_tokens)
      throw new ModelError(
        'context-length',
        `the request is longer than the ${window} tokens that ${endpoint.host} takes`,
      )
    }
    return { ...request, max_tokens, messages: shorter, input_tokens: room.request }
  }

  /** How to ask after a failure; `undefined`: the failure says nothing that could be changed. */
  #mended(error: ModelError, sent: CompletionRequest): ModelTraits | undefined {
    switch (error.reason) {
      case 'context-length':
        return this.#smaller(error, sent)
      case 'bad-request':
        return this.#otherwise(error, sent)
      default:
        return undefined
    }
  }

  #smaller({ limit_tokens = 0 }: ModelError, sent: CompletionRequest): ModelTraits | undefined {
    const { window_tokens = Number.POSITIVE_INFINITY, tokens_ratio = 1 } = this.#traits
    if (limit_tokens >= LEAST_WINDOW_TOKENS && limit_tokens < window_tokens) {
      return { ...this.#traits, window_tokens: limit_tokens }
    }
    // The request should have fitted: this model counts more tokens than we do.
    if (limit_tokens >= LEAST_WINDOW_TOKENS) return { ...this.#traits, tokens_ratio: tokens_ratio * RATIO_STEP }
    const size = estimatedTokens(sent.messages.map(({ content }) => content)) + sent.max_tokens
    const next = Math.floor(Math.min(size, window_tokens) * NEXT_SHARE)
    return next < LEAST_WINDOW_TOKENS ? undefined : { ...this.#traits, window_tokens: next }
  }

  #otherwise({ parameter, limit_tokens }: ModelError, sent: CompletionRequest): ModelTraits | undefined {
    if (parameter !== undefined && ANSWER_BOUND.test(parameter)) {
      return this.#otherBound(limit_tokens, sent)
    }
    const { without = [] } = this.#traits
    const part = OPTIONAL.find(each => each === parameter)
    if (part !== undefined) return without.includes(part) ? undefined : { ...this.#traits, without: [...without, part] }
    return this.#plain(without)
  }

  /**
   * Another limit of the answer: the one that the service names, or else the same under its other name, and half of it
   * if both names are refused.
   */
  #otherBound(named: number | undefined, { max_tokens }: CompletionRequest): ModelTraits | undefined {
    // Some services name the first number that is too large.
    if (named !== undefined && named <= max_tokens) {
      return { ...this.#traits, output_tokens: Math.min(named, max_tokens - 1) }
    }
    const limit = this.#traits.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
    this.#limit_swapped = !this.#limit_swapped
    if (this.#limit_swapped) return { ...this.#traits, limit }
    const output_tokens = Math.floor(max_tokens / 2)
    return output_tokens < LEAST_ANSWER_TOKENS ? undefined : { ...this.#traits, limit, output_tokens }
  }

  /** Leaves out everything optional, once; if the model refuses that too, the optional parts were not the reason. */
  #plain(without: readonly OptionalPart[]): ModelTraits | undefined {
    if (this.#before_plain !== undefined) {
      this.#traits = this.#before_plain
      return undefined
    }
    if (OPTIONAL.every(part => without.includes(part))) return undefined
    this.#before_plain = this.#traits
    return { ...this.#traits, without: OPTIONAL }
  }
}
