/** The error of a model call, with the reason that callers act on: shorten, leave texts out, ask another model. */
import { DenidinError, type ErrorCode } from '../platform/errors.ts'
import type { TokenUsage } from './language-model.ts'

/** Why a model call failed: a closed set, the same for every provider. */
export type ModelErrorReason =
  /** The key is missing, wrong or not allowed to use this model. */
  | 'unauthorised'
  /** The model or the address does not exist. */
  | 'not-found'
  /** The account has no money or quota left; waiting does not help. */
  | 'out-of-credit'
  /** A filter refused text of the request or of the answer. */
  | 'content-filter'
  /** The request, together with the room it asks for the answer, is longer than the model can read. */
  | 'context-length'
  /** The request contains something that this server does not accept: a parameter, a role, an order of messages. */
  | 'bad-request'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'unreachable'
  | 'timeout'
  /** The server redirects to another address; nothing is sent there. */
  | 'redirected'
  /** The answer exceeds the size limits of an answer. */
  | 'too-large'
  /** Hidden reasoning used up the limit of the answer before any text came. A larger limit helps. */
  | 'answer-length'
  /** The answer cannot be read, or contains no text. */
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
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined
  /** The parameter that the server does not accept. */
  readonly parameter?: string | undefined
  /** Tokens that the server named as its limit: of the context (`context-length`), or of the answer (`bad-request`). */
  readonly limit_tokens?: number | undefined
}

/** A failed model call. Its message names the host, never text of the request. */
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

  /** What the failed request used, if the server said so: it is paid for. */
  get usage(): TokenUsage | undefined {
    return this.#usage
  }

  /** The same error with the usage of its request. */
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
