/** The error of a call to a model, with the reason that callers act on: shorten, leave words out, ask another model. */
import { DenidinError, type ErrorCode } from '../platform/errors.ts'
import type { TokenUsage } from './language-model.ts'

/** Why a call to a model failed, as a closed set that is the same for every provider. */
export type ModelErrorReason =
  /** The key is missing, wrong or not allowed to use this model. */
  | 'unauthorised'
  /** The model or the address does not exist. */
  | 'not-found'
  /** The account has no money or no quota left; waiting a moment does not help. */
  | 'out-of-credit'
  /** Words of the request, or of the answer, were refused by a filter. */
  | 'content-filter'
  /** The request, with the room that it asks for the answer, is longer than the model can read. */
  | 'context-length'
  /** The request holds something that this server does not accept: a parameter, a role, an order of messages. */
  | 'bad-request'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'unreachable'
  | 'timeout'
  /** The server redirects to another address, to which nothing is sent. */
  | 'redirected'
  /** The answer exceeds the bounds of one answer. */
  | 'too-large'
  /** The bound on the answer was used up before a word was said: by hidden reasoning. A larger bound helps. */
  | 'answer-length'
  /** The answer cannot be read, or holds no text. */
  | 'bad-response'

const CODES: Readonly<Record<ModelErrorReason, ErrorCode>> = {
  unauthorised: 'rejected',
  'not-found': 'rejected',
  'out-of-credit': 'unavailable',
  'content-filter': 'rejected',
  'context-length': 'rejected',
  'bad-request': 'rejected',
  'rate-limited': 'unavailable',
  overloaded: 'unavailable',
  'server-error': 'unavailable',
  unreachable: 'unavailable',
  timeout: 'timeout',
  redirected: 'rejected',
  'too-large': 'bad_answer',
  'answer-length': 'bad_answer',
  'bad-response': 'bad_answer',
}

export interface ModelErrorDetails {
  readonly cause?: unknown
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** The parameter that the server does not accept. */
  readonly parameter?: string | undefined
  /** Tokens that the server named as its limit: of the context (`context-length`), or of the answer (`bad-request`). */
  readonly limit_tokens?: number | undefined
}

/** A failed call to a model. Its message names the host, never words of the request. */
export class ModelError extends DenidinError {
  readonly reason: ModelErrorReason
  readonly status: number | undefined
  readonly parameter: string | undefined
  readonly limit_tokens: number | undefined
  #usage: TokenUsage | undefined

  constructor(reason: ModelErrorReason, message: string, details: ModelErrorDetails = {}) {
    const code = CODES[reason]
    super(code, message, { cause: details.cause, retryable: code === 'unavailable' || code === 'timeout' })
    this.reason = reason
    this.status = details.status
    this.parameter = details.parameter
    this.limit_tokens = details.limit_tokens
  }

  /** What the request took although it gave nothing, where the server said so: it is paid for. */
  get usage(): TokenUsage | undefined {
    return this.#usage
  }

  /** The same error, of a request that took this. */
  taking(usage: TokenUsage): this {
    this.#usage = usage.input_tokens + usage.output_tokens === 0 ? undefined : usage
    return this
  }
}

/** The reason of a failed call; `undefined` for an error that says nothing about the model, such as a stop of DeniDin. */
export const modelErrorReason = (error: unknown): ModelErrorReason | undefined => {
  if (error instanceof ModelError) return error.reason
  return error instanceof DenidinError && error.code === 'timeout' ? 'timeout' : undefined
}
