/** Reads the error that a server reports, in each of the known shapes. */
import { SECOND_MS } from '../../platform/clock.ts'
import { type Fields, fieldsOf, isFilled, itemsOf } from './json-fields.ts'

/** An error as a server reports it, whatever its shape. */
export interface ProviderError {
  /**
   * The server's message. It may repeat the key or a person's text: use it only for matching, and log it only at debug.
   */
  readonly message: string
  /** Codes, types and states, as the server names them. */
  readonly codes: readonly string[]
  /** The refused parameter, if the server names it. */
  readonly parameter: string | undefined
  /** HTTP status that the error itself names: the answer may have come with status 200. */
  readonly status: number | undefined
  /** Size of the context in tokens, if the server reports it as a number (llama.cpp). */
  readonly context_tokens: number | undefined
  /** Milliseconds until the same request may succeed, if the server says so in the error itself. */
  readonly wait_ms?: number | undefined
}

/** How many characters of a server's message are examined. */
const MESSAGE_CHARACTERS = 4000
const STATUSES = { from: 300, to: 599 }

/**
 * The error in a body, or `undefined` if it reports none. Known shapes:
 *
 * - `{"error": {"message", "type", "code", "param"}}`: OpenAI, Azure, OpenRouter, Anthropic, Ollama, llama.cpp
 * - `[{"error": {…}}]`: Gemini; `{"error": "sentence"}`: LM Studio, and Ollama's own API
 * - `{"object": "error", "message", "type", "code"}`: vLLM, Mistral; `{"detail": …}`: servers on FastAPI
 * - `{"errors": […]}`, `{"base_resp": {…}}`, `{"code", "message"}`, `{"msg"}`, `{"error_msg"}`: gateways, Cloudflare, MiniMax, DashScope, Baidu
 */
export const readProviderError = (body: unknown): ProviderError | undefined => {
  const root = fieldsOf(Array.isArray(body) ? body[0] : body)
  const error = errorOf(root)
  if (error === undefined) return undefined
  const fields = fieldsOf(error)
  const sources = [
    fields,
    root,
    fieldsOf(fields['innererror']),
    fieldsOf(fields['metadata']),
    ...itemsOf(fields['details']).map(fieldsOf),
  ]
  const codes = sources.flatMap(({ code, type, status, reason, error_type }) => [
    code,
    type,
    status,
    reason,
    error_type,
  ])
  const parameter = fields['param'] ?? root['param']
  return {
    message: sentenceOf(error).slice(0, MESSAGE_CHARACTERS),
    codes: codes.filter(each => typeof each === 'string'),
    parameter: typeof parameter === 'string' && parameter !== '' ? parameter : undefined,
    status: codes.map(Number).find(code => code >= STATUSES.from && code <= STATUSES.to),
    context_tokens: typeof fields['n_ctx'] === 'number' ? fields['n_ctx'] : undefined,
    wait_ms: waitIn(fields),
  }
}

/** “Please try again in 1m2.5s” (OpenAI, Groq), “Please retry in 800ms” (Gemini). */
const WAIT =
  /\b(?:try again|retry) (?:in|after) ((?:[\d.]+ ?(?:ms|milliseconds?|h|m|s|hours?|minutes?|seconds?)(?![a-z]) ?)+)/i
const WAIT_UNITS: Readonly<Record<string, number>> = { h: 3600 * SECOND_MS, m: 60 * SECOND_MS, s: SECOND_MS }

/** The wait in an error: in a field of its details (Gemini's `retryDelay`), or in its sentence. */
const waitIn = (error: Fields): number | undefined => {
  const delays = itemsOf(error['details']).map(detail => fieldsOf(detail)['retryDelay'])
  const delay = delays.find(each => typeof each === 'string')
  const said = delay ?? WAIT.exec(sentenceOf(error).slice(0, MESSAGE_CHARACTERS))?.[1]
  return said === undefined ? undefined : durationOf(said)
}

/** Milliseconds of `1m2.5s`, `800ms` or `13 seconds`. */
const durationOf = (said: string): number | undefined => {
  const parts = [...said.matchAll(/([\d.]+) ?(ms|milliseconds?|[hms])/gi)].map(([, count, unit = '']) => {
    const name = unit.toLowerCase()
    return Number(count) * (/^(?:ms|mill)/.test(name) ? 1 : (WAIT_UNITS[name] ?? Number.NaN))
  })
  const total = parts.reduce((sum, part) => sum + part, 0)
  return parts.length > 0 && Number.isFinite(total) ? total : undefined
}

/** The part of a body that reports the error. */
const errorOf = (root: Fields): unknown => {
  const { error, errors, detail, base_resp, choices } = root
  if (isFilled(error)) return error
  if (isFilled(itemsOf(errors)[0])) return itemsOf(errors)[0]
  const failedChoice = fieldsOf(itemsOf(choices)[0])['error']
  if (isFilled(failedChoice)) return failedChoice
  if (isFilled(detail)) return { message: detail }
  const { status_code, status_msg } = fieldsOf(base_resp)
  if (typeof status_code === 'number' && status_code !== 0) return { code: String(status_code), message: status_msg }
  const answers = ['choices', 'data', 'message_id', 'role'].some(name => root[name] !== undefined)
  const { message = root['msg'] ?? root['error_msg'] } = root
  const reports = isFilled(message) && !answers && fieldsOf(message)['role'] === undefined
  return root['object'] === 'error' || reports ? root : undefined
}

const sentenceOf = (error: unknown): string => {
  if (typeof error === 'string') return error
  const { msg, error_msg = msg, message = error_msg, metadata } = fieldsOf(error)
  // OpenRouter passes on its provider's message beside its own.
  const raw = fieldsOf(metadata)['raw']
  const said = typeof message === 'string' ? message : JSON.stringify(message ?? error)
  return typeof raw === 'string' ? `${said} ${raw}` : said
}
