/** Health of a model, judged by its last calls. */
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import type { DenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import { OutcomeHealth } from '../platform/outcome-health.ts'
import { CallHeldBack } from './call-held-back.ts'
import type { CallContext } from './language-model.ts'
import { modelErrorReason, type ModelErrorReason } from './model-error.ts'

/** A call that takes longer than this share of its time limit is slow. */
const SLOW_SHARE = 0.5
/** After this many slow calls in a row, the model is slow for everyone. */
const SLOW_CALLS = 3
/** This many refused requests in a row, without an answer in between, are more than an accident of one conversation. */
const REFUSED_REQUESTS = 3

/** Reasons that concern only one request: requests of others may be answered. */
const ABOUT_REQUEST: ReadonlySet<ModelErrorReason> = new Set([
  'bad-request',
  'content-filter',
  'context-length',
  'too-large',
])

export interface ModelHealthDeps {
  /** Name of the component: `language model`. */
  readonly name: string
  /** The model and where it is asked: `gpt-4o at api.openai.com`. */
  readonly model: string
  /** Longest time of one call. */
  readonly timeout_ms: number
  readonly clock: Clock
}

/**
 * Follows the calls of one model. A failure of the service marks it as down; the next answer marks it as healthy again.
 * A request that is refused for its content says little about the service, unless several are refused in a row.
 */
export class ModelHealth implements HealthCheck {
  readonly name: string
  readonly #deps: ModelHealthDeps
  readonly #outcome: OutcomeHealth
  /** Callers whose requests were refused for their content since the last answer. */
  #refused: (string | undefined)[] = []
  /** Durations of the latest slow calls in a row. */
  #slow_ms: number[] = []
  #asked_at: number | undefined
  /** Whether the last call that was made failed for a reason of the service. */
  #failing = false

  constructor(deps: ModelHealthDeps) {
    this.name = deps.name
    this.#deps = deps
    this.#outcome = new OutcomeHealth({ ...deps, untried: `${deps.model} has not been asked since the start.` })
  }

  /** When the last call ended, by the monotonic clock; `undefined`: none since the start. */
  get asked_at(): number | undefined {
    return this.#asked_at
  }

  answered(took_ms: number): void {
    this.#asked_at = this.#deps.clock.monotonic()
    const { model, timeout_ms } = this.#deps
    this.#failing = false
    this.#refused = []
    this.#slow_ms = took_ms > timeout_ms * SLOW_SHARE ? [...this.#slow_ms, took_ms].slice(-SLOW_CALLS) : []
    this.#outcome.succeeded(`${model} answers`)
  }

  failed(error: DenidinError, { person_id }: Pick<CallContext, 'person_id'>): void {
    this.#asked_at = this.#deps.clock.monotonic()
    // It was not made: the reason is that of the calls before.
    if (error instanceof CallHeldBack && this.#failing) return
    const reason = `${this.#deps.model} gives no answer: ${error.message}`
    const about = modelErrorReason(error)
    if (about === undefined || !ABOUT_REQUEST.has(about)) {
      this.#failing = true
      this.#outcome.failed(reason)
      return
    }
    this.#refused = [...this.#refused, person_id].slice(-REFUSED_REQUESTS)
    if (this.#refused.length < REFUSED_REQUESTS) return
    // All requests of one person may contain what the model refuses.
    this.#outcome.failed(reason, new Set(this.#refused).size > 1 ? 'down' : 'degraded')
  }

  async health(): Promise<Health> {
    const health = await this.#outcome.health()
    if (health.state !== 'ok' || this.#slow_ms.length < SLOW_CALLS) return health
    const average_s = this.#slow_ms.reduce((sum, each) => sum + each, 0) / SLOW_CALLS / SECOND_MS
    const detail = `${this.#deps.model} is slow: its last ${String(SLOW_CALLS)} answers took ${average_s.toFixed(0)} seconds on average.`
    return { state: 'degraded', detail }
  }
}
