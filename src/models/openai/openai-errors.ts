/** Translates errors of the openai package, and errors inside answers, into DeniDin's. */
import { APIConnectionError, APIError } from 'openai/error'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { ModelError, type ModelErrorReason } from '../model-error.ts'
import { failureReason, namedLimit } from './failure-reason.ts'
import type { ProviderError } from './provider-error.ts'
import { refusedPart } from './refused-part.ts'

/** The outcome of one failed attempt, in our own terms. */
export interface FailedAttempt {
  readonly error: DenidinError
  /** Whether the same request may succeed at once or a little later. */
  readonly again: boolean
  /** Milliseconds that the server asked us to wait. */
  readonly retry_after_ms: number | undefined
  /** HTTP status, if there was an answer. */
  readonly status: number | undefined
}

const REFUSED_PARAMETER = new Set([400, 422])
/** Failures that may be gone at the next attempt. */
const PASSING: ReadonlySet<ModelErrorReason> = new Set([
  'rate-limited',
  'overloaded',
  'server-error',
  'unreachable',
  'timeout',
])

/**
 * Turns an error of the `openai` package into a `DenidinError`. The message names host, status and the provider's own
 * error code. The provider's message is left out, because it may repeat the key or a person's text.
 */
export const translate = (thrown: unknown, host: string, clock: Clock): FailedAttempt => {
  const own = ownErrorOf(thrown)
  if (own !== undefined) return attempt(own)
  // The package passes on the parser's error if a body is not JSON.
  if (isNamed(thrown, 'SyntaxError')) {
    return attempt(new ModelError('bad-response', `${host} answered with something that is not JSON`))
  }
  if (isHttpError(thrown)) return refused(thrown, host, clock)
  const reason = systemCode(thrown)
  if (reason !== undefined && UNREADABLE_BODY.test(reason)) {
    return attempt(new ModelError('bad-response', `${host} answered with data that cannot be decompressed (${reason})`))
  }
  // A connection that breaks inside a body arrives as fetch's TypeError with its cause.
  if (thrown instanceof APIConnectionError || (isNamed(thrown, 'TypeError') && thrown.cause !== undefined)) {
    const message = `${host} could not be reached${reason === undefined ? '' : ` (${reason})`}`
    return attempt(new ModelError('unreachable', message))
  }
  return attempt(new DenidinError('internal', `the call to ${host} failed`, { cause: thrown }))
}

/** The failure that an answer with status 200 reports. */
export const failureInAnswer = (error: ProviderError, host: string): ModelError =>
  modelError({ status: undefined, error }, host)

/** Whether a server refused a request because of one of its parameters. */
export const refusedParameter = (thrown: unknown, parameter: string): boolean => {
  if (!isHttpError(thrown) || !REFUSED_PARAMETER.has(thrown.status)) return false
  const error = reportOf(thrown)
  // If a server does not name the parameter in its own field, its message does.
  return error.parameter === undefined
    ? new RegExp(`\\b${parameter}\\b`).test(error.message)
    : error.parameter === parameter
}

/** How servers say in words that they do not stream. */
const NO_STREAMS =
  /\bstream(?:s|ing|ed)?\b[^.]{0,60}\b(?:not|unsupported|disabled|unavailable)\b|\b(?:not|unsupported|cannot)\b[^.]{0,40}\bstream(?:s|ing|ed)?\b/i

/** Whether a server says, with whatever status, that it does not send its answers as streams. */
export const refusedStreams = (thrown: unknown): boolean =>
  isHttpError(thrown) && NO_STREAMS.test(reportOf(thrown).message)

type HttpError = APIError<number, Headers>

const isHttpError = (thrown: unknown): thrown is HttpError =>
  thrown instanceof APIError && (thrown as APIError).status !== undefined

/** `openai-fetch.ts` has brought every failed answer into this shape. */
const reportOf = (thrown: HttpError): ProviderError => thrown.error as ProviderError

/** Codes of zlib, brotli and zstd. */
const UNREADABLE_BODY = /^(?:Z_|ERR_BROTLI|ERR__ERROR|ERR_ZLIB|ZSTD_)/

/** Errors of the runtime are not always instances of this realm's classes: fetch's are not, inside a `node:vm`. */
const isNamed = (thrown: unknown, name: 'SyntaxError' | 'TypeError'): thrown is Error =>
  isObject(thrown) && 'name' in thrown && thrown.name === name

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Our own error, or one that the package wrapped because its `fetch` threw it. */
const ownErrorOf = (thrown: unknown): DenidinError | undefined => {
  for (let each = thrown; isObject(each); each = 'cause' in each ? each.cause : undefined) {
    if (each instanceof DenidinError) return each
  }
  return undefined
}

const attempt = (
  error: DenidinError,
  { retry_after_ms, again = true }: { readonly retry_after_ms?: number | undefined; readonly again?: boolean } = {},
): FailedAttempt => ({
  error,
  again: again && error instanceof ModelError && PASSING.has(error.reason),
  retry_after_ms,
  status: error instanceof ModelError ? error.status : undefined,
})

const refused = (thrown: HttpError, host: string, clock: Clock): FailedAttempt => {
  const { status, headers } = thrown
  const error = modelError({ status, error: reportOf(thrown) }, host)
  const again = headers.get('x-should-retry') !== 'false'
  return attempt(error, { again, retry_after_ms: retryAfter(headers, clock) ?? reportOf(thrown).wait_ms })
}

const modelError = (
  { status, error }: { readonly status: number | undefined; readonly error: ProviderError },
  host: string,
): ModelError => {
  const reason = failureReason({ status, error })
  const shown = [status ?? error.status, error.codes.find(code => IDENTIFIER.test(code))]
  const said = shown.filter(each => each !== undefined).join(' ')
  return new ModelError(reason, `${host} ${SENTENCES[reason]}${said === '' ? '' : ` (${said})`}`, {
    status: status ?? error.status,
    parameter: reason === 'bad-request' ? refusedPart(error) : error.parameter,
    limit_tokens: namedLimit(error),
  })
}

/** An identifier such as `model_not_found`; anything longer might quote the request. */
const IDENTIFIER = /^[A-Za-z][\w.-]{2,40}$/

const SENTENCES: Readonly<Record<ModelErrorReason, string>> = {
  unauthorised: 'refused the request: it does not accept the key',
  'not-found': 'refused the request: it does not know the model or the address',
  'out-of-credit': 'refused the request: the account is out of credit',
  'content-filter': 'refused the request: its content filter does not accept the words',
  'context-length': 'refused the request: it is longer than the model can read',
  'bad-request': 'refused the request: it does not accept what was asked',
  'rate-limited': 'is not able to answer now: too many requests',
  overloaded: 'is not able to answer now: it is overloaded',
  'server-error': 'is not able to answer now',
  unreachable: 'could not be reached',
  timeout: 'is not able to answer now: it took too long',
  redirected: 'redirects to another address',
  'too-large': 'answered with too much',
  'answer-length': 'thought until its bound was reached',
  'bad-response': 'answered with something that cannot be read',
}

/** `ECONNREFUSED` and the like, wherever it is in the chain of causes. */
const systemCode = (thrown: unknown): string | undefined => {
  for (let each = thrown; isObject(each); each = 'cause' in each ? each.cause : undefined) {
    if ('code' in each && typeof each.code === 'string' && /^[A-Z_]+$/.test(each.code)) return each.code
  }
  return undefined
}

/**
 * Milliseconds to wait, from `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). The package
 * itself ignores one above 60 s, and below that sleeps past any deadline.
 */
const retryAfter = (headers: Headers, clock: Clock): number | undefined => {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return milliseconds
  const value = headers.get('retry-after') ?? ''
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * SECOND_MS : Date.parse(value) - clock.now()
  return wait >= 0 ? wait : undefined
}
