/** Translates the openai library's errors into DeniDin's error codes. */
import { APIConnectionError, APIError } from 'openai'
import type { Clock } from '../../platform/clock.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'

/** What became of one attempt, in our own terms. */
export interface FailedAttempt {
  readonly error: DenidinError
  /** Whether the same request may succeed when it is sent again at once or a little later. */
  readonly again: boolean
  /** Milliseconds that the server asked us to wait. */
  readonly retry_after_ms: number | undefined
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
}

const REQUEST_TIMEOUT = 408
const CONFLICT = 409
const TOO_MANY_REQUESTS = 429
const SERVER_ERROR = 500
const UNREADABLE_REQUEST = new Set([400, 422])
/** What providers call an account without money: waiting a moment does not fill it. */
const NO_QUOTA = 'insufficient_quota'

/**
 * Turns what the `openai` package throws into a `DenidinError`. The message names host, status and the provider's own
 * error code; the provider's sentence is left out, for it may repeat the key or a person's words.
 */
export const translate = (thrown: unknown, host: string, clock: Clock): FailedAttempt => {
  if (thrown instanceof DenidinError) return gaveUp(thrown)
  // The package lets the parser's error through when a body is no JSON.
  if (isNamed(thrown, 'SyntaxError')) {
    return gaveUp(new DenidinError('bad_answer', `${host} answered with something that is no JSON`))
  }
  if (isHttpError(thrown)) return refused(thrown, host, clock)
  // A connection that breaks inside a body reaches us as fetch's TypeError with its cause.
  if (thrown instanceof APIConnectionError || (isNamed(thrown, 'TypeError') && thrown.cause !== undefined)) {
    const reason = systemCode(thrown)
    const message = `${host} could not be reached${reason === undefined ? '' : ` (${reason})`}`
    return { ...gaveUp(new DenidinError('unavailable', message, { retryable: true })), again: true }
  }
  return gaveUp(new DenidinError('internal', `the call to ${host} failed`, { cause: thrown }))
}

type HttpError = APIError<number, Headers>

const isHttpError = (thrown: unknown): thrown is HttpError =>
  thrown instanceof APIError && (thrown as APIError).status !== undefined

/** Errors of the runtime are not always instances of our own realm's classes: fetch's are not, inside a `node:vm`. */
const isNamed = (thrown: unknown, name: 'SyntaxError' | 'TypeError'): thrown is Error =>
  isObject(thrown) && 'name' in thrown && thrown.name === name

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether a server refused a request because of one of its parameters. */
export const refusedParameter = (thrown: unknown, parameter: string): boolean => {
  if (!isHttpError(thrown) || !UNREADABLE_REQUEST.has(thrown.status)) return false
  // Where a server does not name the parameter in its own field, its sentence does.
  return thrown.param == null ? new RegExp(`\\b${parameter}\\b`).test(thrown.message) : thrown.param === parameter
}

const gaveUp = (error: DenidinError): FailedAttempt => ({
  error,
  again: false,
  retry_after_ms: undefined,
  status: undefined,
})

const refused = (thrown: HttpError, host: string, clock: Clock): FailedAttempt => {
  const { status, headers } = thrown
  const code = identifier(thrown.code) ?? identifier(thrown.type)
  const said = code === undefined ? String(status) : `${String(status)} ${code}`
  const retry_after_ms = retryAfter(headers, clock)
  const temporary =
    status === REQUEST_TIMEOUT || status === CONFLICT || status === TOO_MANY_REQUESTS || status >= SERVER_ERROR
  if (!temporary) {
    const error = new DenidinError('rejected', `${host} refused the request: ${advice(status)} (${said})`)
    return { error, again: false, retry_after_ms, status }
  }
  const error = new DenidinError('unavailable', `${host} is not able to answer now (${said})`, { retryable: true })
  const again = headers.get('x-should-retry') !== 'false' && code !== NO_QUOTA
  return { error, again, retry_after_ms, status }
}

const advice = (status: number): string => {
  switch (status) {
    case 401:
    case 403:
      return 'it does not accept the key'
    case 404:
      return 'it does not know the model or the address'
    case 413:
      return 'it is too large'
    default:
      return 'it does not accept what was asked'
  }
}

/** A word such as `model_not_found`; anything longer might quote the request. */
const identifier = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z][a-z_]{2,40}$/.test(value) ? value : undefined

/** `ECONNREFUSED` and the like, wherever it hides among the causes. */
const systemCode = (thrown: unknown): string | undefined => {
  for (let each = thrown; isObject(each); each = 'cause' in each ? each.cause : undefined) {
    if ('code' in each && typeof each.code === 'string' && /^[A-Z_]+$/.test(each.code)) return each.code
  }
  return undefined
}

/**
 * Milliseconds to wait, from `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). The
 * package itself takes no notice of one above 60 s, and sleeps past any deadline below it.
 */
const retryAfter = (headers: Headers, clock: Clock): number | undefined => {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return milliseconds
  const value = headers.get('retry-after') ?? ''
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * SECOND_MS : Date.parse(value) - clock.now()
  return wait >= 0 ? wait : undefined
}
