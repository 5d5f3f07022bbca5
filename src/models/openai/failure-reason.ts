/** Determines why a call failed from the HTTP status and the server's error report. */
import type { ModelErrorReason } from '../model-error.ts'
import type { ProviderError } from './provider-error.ts'
import { REFUSED_ROLES } from './refused-part.ts'

/** What is known about a failed call. */
export interface FailureReport {
  readonly status: number | undefined
  readonly error: ProviderError | undefined
}

interface Rule {
  readonly reason: ModelErrorReason
  readonly statuses?: readonly number[]
  /** Error codes, types and states of providers. */
  readonly codes?: RegExp
  /** Phrases in their error messages, where the code says nothing or is shared with other failures. */
  readonly words?: RegExp
  /** Whether the phrases also count with a status from 500 on, which otherwise means that the server failed. */
  readonly of_any_status?: boolean
}

/**
 * The first matching rule decides. Providers use one status for different failures, so codes and phrases come first.
 */
const RULES: readonly Rule[] = [
  { reason: 'bad-request', words: REFUSED_ROLES, of_any_status: true },
  {
    reason: 'bad-request',
    words:
      /max_?(?:completion_?|new_?|output_?)?tokens\W.{0,80}(?:valid range|supported range|should be|must be less|maximum allowed number|at most)|supports at most \d+ (?:completion|output) tokens/i,
  },
  {
    reason: 'content-filter',
    codes:
      /content_?(?:filter|policy|blocked)|responsibleai|data_?inspection_?failed|moderation|safety|prohibited|recitation|blocklist|guardrail|invalid_prompt|^1301$/i,
    words:
      /content (?:management )?policy|content.?filter|content exists risk|inappropriate content|(?:was|been|were) flagged|safety (?:system|policy|guidelines)|usage (?:polic(?:y|ies)|guidelines)|prohibited.content|sensitive (?:content|information)|不安全|敏感/i,
  },
  {
    reason: 'context-length',
    of_any_status: true,
    statuses: [413],
    codes:
      /context_(?:length|window)_exceeded|exceed_context_size|string_above_max_length|request_too_large|tokens_limit_reached/i,
    words:
      /context (?:length|window|size)|maximum (?:input|prompt|sequence) length|(?:prompt|input|request|message)s? (?:is |are |was )?too (?:long|large)|exceeds? the (?:maximum )?(?:number of |available )?(?:tokens|context)|too many (?:input )?tokens|range of input length|reduce the length|must have less than \d+ tokens|tokens exceed|max_new_tokens. must be|context limit|token limit|exceeds? (?:the )?max(?:imum)? length|too large to process|maximum allowed token size|max size: \d+ tokens|maximum model length|max_seq_len|max_num_tokens|超长|超过.{0,12}(?:长度|上下文)/i,
  },
  // Gemini's message about its limits per minute mentions billing too.
  { reason: 'rate-limited', codes: /^(?:RESOURCE_EXHAUSTED|rate_limit_exceeded|rate_limit_error|Throttling\S*)$/ },
  {
    reason: 'out-of-credit',
    statuses: [402],
    codes:
      /insufficient_(?:quota|balance|credits?|funds)|billing|payment_required|exceeded_current_quota|arrearage|credit_balance|^1113$/i,
    words:
      /insufficient (?:balance|credits?|quota|funds)|credit balance is too low|exceeded your current quota|out of credits?|more credits|payment required|账户.{0,10}欠费|余额不足/i,
  },
  {
    reason: 'not-found',
    words:
      /unexpected endpoint|model.{0,80}(?:not found|(?:does )?not exist|not loaded)|no models? (?:is |are )?loaded|(?:invalid|unknown|unsupported|not a valid) model/is,
  },
  {
    reason: 'unauthorised',
    statuses: [401, 403],
    codes: /invalid_api_key|api_key_invalid|authentication_error|unauthenticated|permission_denied/i,
    words:
      /(?:api.?key|credentials?|token) (?:is |was )?(?:not valid|invalid|missing|expired|incorrect)|(?:invalid|incorrect|missing|no) (?:api.?key|credentials)/i,
  },
  { reason: 'not-found', statuses: [404, 405, 410], codes: /model_?not_?found|deploymentnotfound|not_found_error/i },
  {
    reason: 'overloaded',
    of_any_status: true,
    statuses: [503, 529],
    codes: /overloaded|insufficient_system_resource|^unavailable(?:_error)?$/i,
    words: /overloaded|loading model|model is (?:currently |still )?loading|at capacity|over capacity/i,
  },
  { reason: 'rate-limited', statuses: [429], words: /rate limit|too many requests/i },
  { reason: 'timeout', statuses: [408] },
  { reason: 'redirected', statuses: [300, 301, 302, 303, 305, 307, 308] },
]

const SERVER_ERROR = 500
/** These succeed when asked again: a conflict with another request, and a request that came too early. */
const PASSING_CLIENT_ERRORS = new Set([409, 425])

/** Why a call failed. An error in a response with status 200 counts with the status that it names itself. */
export const failureReason = ({ status, error }: FailureReport): ModelErrorReason => {
  const named = error?.status ?? status
  const served = named !== undefined && named >= SERVER_ERROR
  const applies = ({ statuses, codes, words, of_any_status = false }: Rule): boolean =>
    (named !== undefined && statuses?.includes(named) === true) ||
    error?.codes.some(code => codes?.test(code)) === true ||
    (error !== undefined && (!served || of_any_status) && words?.test(error.message) === true)
  const rule = RULES.find(applies)
  if (rule !== undefined) return rule.reason
  return named === undefined || served || PASSING_CLIENT_ERRORS.has(named) ? 'server-error' : 'bad-request'
}

/** Where an error message names its limit, in tokens. */
const LIMITS: readonly RegExp[] = [
  /at most (\d+) (?:completion|output) tokens/i,
  /> (\d+),? (?:which is the )?maximum/i,
  /\[\s*1\s*,\s*(\d+)\s*\]/,
  /less than or equal to \D?(\d+)/i,
  /maximum (?:context|sequence|input|prompt|model) length (?:is|of) (\d+)/i,
  /max_(?:seq_len|num_tokens)\D{0,4}(\d+)/i,
  /(\d+) maximum context length/i,
  /context (?:length|window|size)\D{0,40}(\d+)/i,
  /maximum number of tokens allowed\D{0,4}(\d+)/i,
  /must have less than (\d+) tokens/i,
  /limit of (\d+) tokens/i,
  /must be <= (\d+)/i,
  /max(?:imum)? size:? (\d+) tokens/i,
  /token limit:? (\d+)/i,
  /token size:? (\d+)/i,
  /batch size:? (\d+)/i,
  /\blimit:? (\d+), requested/i,
  /context limit: [\d +]+> (\d+)/i,
  /\(inclusive\) to (\d+) \(exclusive\)/i,
]

/** The token limit that a server names when it refuses a request as too long. */
export const namedLimit = ({ message: said, context_tokens }: ProviderError): number | undefined => {
  if (context_tokens !== undefined) return context_tokens
  const message = said.replace(/(\d),(?=\d{3}\b)/g, '$1')
  for (const limit of LIMITS) {
    const tokens = Number(limit.exec(message)?.[1])
    if (tokens > 0) return tokens
  }
  return undefined
}
