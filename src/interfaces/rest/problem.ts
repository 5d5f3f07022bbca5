/** Problem documents (RFC 9457): the one form of every error of the REST API. */
import { z } from 'zod'
import type { DenidinError, ErrorCode } from '../../platform/errors.ts'

/** What can be wrong with a request besides what an operation says. */
type RequestFault =
  | 'unauthorized'
  | 'malformed'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'headers_too_large'
  | 'key_reused'
  | 'in_progress'
  | 'outcome_unknown'
  | 'answer_not_kept'

export type ProblemCode = ErrorCode | RequestFault

interface Kind {
  readonly status: number
  readonly title: string
  readonly retryable?: boolean
}

/** Status and title of each kind of problem. The compiler asks for a line when a code is added. */
const KINDS: Readonly<Record<ProblemCode, Kind>> = {
  invalid_input: { status: 422, title: 'The input is not valid' },
  invalid_config: { status: 409, title: 'A file of the configuration is not valid' },
  not_found: { status: 404, title: 'Not found' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  confirmation_needed: { status: 409, title: 'The request needs a confirmation' },
  already_running: { status: 409, title: 'It is running already' },
  not_running: { status: 503, title: 'DeniDin is not ready for this' },
  unavailable: { status: 503, title: 'Not available at present' },
  rejected: { status: 502, title: 'A service refused' },
  limit_reached: { status: 429, title: 'A limit of spending is reached' },
  timeout: { status: 504, title: 'It took too long' },
  bad_answer: { status: 502, title: 'A service gave no usable answer' },
  damaged: { status: 500, title: 'Data is damaged' },
  disabled: { status: 409, title: 'This is switched off' },
  stopping: { status: 503, title: 'DeniDin is stopping', retryable: true },
  internal: { status: 500, title: 'A fault of DeniDin' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  malformed: { status: 400, title: 'The request cannot be read' },
  route_not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  not_acceptable: { status: 406, title: 'Not available in this form' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  too_many_requests: { status: 429, title: 'Too many requests', retryable: true },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  in_progress: { status: 409, title: 'The same request is in progress', retryable: true },
  outcome_unknown: { status: 409, title: 'It is not known whether the request was carried out' },
  answer_not_kept: { status: 409, title: 'The request was carried out; its answer is not kept' },
}

/** What names one wrong value: a JSON pointer into the body, or the name of a parameter. */
interface Fault {
  readonly detail: string
  readonly pointer?: string
  readonly parameter?: string
}

/** The schema of a problem document, for the OpenAPI document. */
export const problemSchema = z.object({
  type: z.string().describe('a URN that ends in the code'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('one sentence that says what was wrong, and what is allowed'),
  instance: z.string().describe('a URN with the id of the request, as in the header X-Request-Id and in the log'),
  code: z.string(),
  retryable: z.boolean().describe('whether the same request may succeed later'),
  errors: z
    .array(
      z.object({
        detail: z.string(),
        pointer: z.string().optional().describe('JSON pointer into the body'),
        parameter: z.string().optional().describe('name of a parameter of the path, the query or the headers'),
      }),
    )
    .optional(),
})

export type ProblemDocument = z.output<typeof problemSchema>

export const PROBLEM_TYPE = 'application/problem+json'

export interface ProblemOptions {
  readonly retryable?: boolean
  readonly errors?: readonly Fault[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that is refused or failed; its message is one sentence for the caller. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly retryable: boolean
  readonly errors: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    this.status = KINDS[code].status
    this.retryable = options.retryable ?? KINDS[code].retryable ?? false
    this.errors = options.errors ?? []
    this.headers = options.headers ?? {}
  }

  document(request_id: string): ProblemDocument {
    const { code, status, message: detail, retryable, errors } = this
    return {
      type: `urn:denidin:problem:${code}`,
      title: KINDS[code].title,
      status,
      detail,
      instance: `urn:uuid:${request_id}`,
      code,
      retryable,
      ...(errors.length === 0 ? {} : { errors: errors.map(fault => ({ ...fault })) }),
    }
  }
}

/** Of a fault of ours, the reason is in the log: it may hold a person's words, or paths of the machine. */
const FAULT = 'DeniDin failed at this; the log has the reason under the id of this request'

/** The problem that an operation reports. @param locate says where a field of the input came from */
export const problemOf = (error: DenidinError, locate: (field: string) => Omit<Fault, 'detail'>): Problem => {
  const { code, message, retryable, cause } = error
  if (code === 'internal' || code === 'damaged') return new Problem(code, FAULT)
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
  if (issue === undefined) return new Problem(code, message, { retryable })
  const field = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0]
  const errors = field === undefined ? [] : [{ detail: message, ...locate(String(field)) }]
  return new Problem(code, message, { errors })
}
