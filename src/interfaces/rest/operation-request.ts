/** Runs the operation of a route for one request, and turns its output or its failure into an answer. */
import type { z } from 'zod'
import { operations } from '../../operations/list.ts'
import type { Caller, ProgressStep } from '../../operations/operation.ts'
import type { Runner } from '../../operations/runner.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { counted } from '../../platform/counted.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { orAborted } from '../../platform/or-aborted.ts'
import type { Answer } from './idempotent-requests.ts'
import { Problem, PROBLEM_TYPE, problemOf, type ProblemCode } from './problem.ts'
import { placeOf, type RestInput } from './rest-input.ts'
import type { RestRoute } from './rest-menu.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** One call over REST. */
export interface RestCall extends RestInput {
  readonly route: RestRoute
  readonly caller: Caller
  readonly request_id: string
  /** Aborted when the caller went away or DeniDin stops. */
  readonly signal: AbortSignal
  /** `undefined`: it may take as long as it likes, because the caller hears of its progress. */
  readonly timeout_seconds: number | undefined
  readonly progress?: (step: ProgressStep) => void
}

export interface OperationRequestDeps {
  readonly runner: Runner
  readonly clock: Clock
}

/** Failures after which nothing has happened: the same request may be sent again under the same key. */
const WITHOUT_EFFECT: ReadonlySet<ProblemCode> = new Set([
  'invalid_input',
  'forbidden',
  'not_found',
  'confirmation_needed',
  'not_running',
  'disabled',
  'limit_reached',
  'unavailable',
])

/** Failures after which the work may go on. */
const OPEN: ReadonlySet<ProblemCode> = new Set(['stopping', 'timeout'])

/** The answer that a problem is. */
export const problemAnswer = (problem: Problem, request_id: string): Answer => ({
  status: problem.status,
  type: PROBLEM_TYPE,
  body: JSON.stringify(problem.document(request_id)),
  outcome: WITHOUT_EFFECT.has(problem.code) ? 'void' : OPEN.has(problem.code) ? 'unknown' : 'done',
  headers: problem.headers,
})

/** Runs an operation. Never rejects: a failure is an answer. */
export const answerCall = async (deps: OperationRequestDeps, call: RestCall): Promise<Answer> => {
  const { route, request_id } = call
  try {
    const output = await withinTime(deps, call)
    const missing = route.missing?.(output as never)
    if (missing !== undefined) throw new Problem('not_found', missing)
    const document = route.document?.(output as never)
    return document === undefined
      ? { status: 200, type: JSON_TYPE, body: JSON.stringify(output), outcome: 'done' }
      : { status: 200, type: document.media_type, body: document.text, outcome: 'done' }
  } catch (thrown) {
    if (thrown instanceof Problem) return problemAnswer(thrown, request_id)
    return problemAnswer(
      problemOf(asDenidinError(thrown), field => placeOf(route, field)),
      request_id,
    )
  }
}

/** An operation that ignores its signal must not delay the answer. */
const withinTime = async (
  { runner, clock }: OperationRequestDeps,
  { route, input, confirmed, caller, signal, timeout_seconds, progress }: RestCall,
): Promise<z.output<z.ZodObject>> => {
  const late = new AbortController()
  const ended = AbortSignal.any([signal, late.signal])
  const run = runner.run(route.run, input, {
    caller,
    confirmed: confirmed || confirmsItself(route),
    signal: ended,
    ...(progress === undefined ? {} : { progress }),
  })
  return await inTime(clock, timeout_seconds, orAborted(run, ended), reason => {
    late.abort(reason)
  })
}

/**
 * Waits for work at most so many seconds. @param isLate called when they are over
 * @throws DenidinError `timeout`
 */
export const inTime = async <T>(
  clock: Pick<Clock, 'after'>,
  seconds: number | undefined,
  work: Promise<T>,
  isLate: (reason: DenidinError) => void = () => undefined,
): Promise<T> => {
  if (seconds === undefined) return await work
  const late = new AbortController()
  using _timer = clock.after(seconds * SECOND_MS, () => {
    const detail = `it took more than ${counted(seconds, 'second')} (api.timeout_seconds); ask for an event stream to wait longer`
    const reason = new DenidinError('timeout', detail, { retryable: true })
    isLate(reason)
    late.abort(reason)
  })
  return await orAborted(work, late.signal)
}

/** Deleting one thing by its id needs no second question; what covers more does. */
const confirmsItself = ({ method, run }: RestRoute): boolean =>
  method === 'DELETE' && operations[run].effect === 'destroy'
