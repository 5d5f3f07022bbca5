/** Asks several language models one after the other until one answers. */
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError, type DenidinError } from '../platform/errors.ts'
import { isTrouble, type Health, type HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import { CallRefused } from './call-refused.ts'
import type { CallContext, Completion, CompletionRequest, LanguageModel } from './language-model.ts'
import { modelErrorReason, type ModelErrorReason } from './model-error.ts'

/** How long a model that failed for every request is skipped while another one answers. */
const SERVICE_PAUSE_MS = MINUTE_MS
/** The same for a failure that the operator must fix first: a key, a model, credit. */
const OPERATOR_PAUSE_MS = 10 * MINUTE_MS

const FOR_THE_OPERATOR: ReadonlySet<ModelErrorReason> = new Set([
  'unauthorised',
  'not-found',
  'out-of-credit',
  'redirected',
])
/** Failures that concern only this request: the next request may be answered. */
const OF_THE_REQUEST: ReadonlySet<ModelErrorReason> = new Set([
  'content-filter',
  'context-length',
  'bad-request',
  'bad-response',
  'too-large',
])

/** One model in the order. */
export interface RankedModel {
  /** The model and where it is asked: `gpt-4o at api.openai.com`. */
  readonly name: string
  readonly language: LanguageModel
  readonly health: HealthCheck
}

export interface FallbackDeps {
  /** In the order in which they are asked; at least one. */
  readonly models: readonly [RankedModel, ...RankedModel[]]
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Several language models as one: the first that answers wins. Each is mended, metered and watched separately. A model
 * that failed for every request is skipped for a while, so that not every request waits for it.
 */
export class FallbackLanguageModel implements LanguageModel, HealthCheck {
  readonly name = 'language model'
  readonly provider: string
  readonly model: string
  readonly #deps: FallbackDeps
  readonly #logger: Logger
  /** Until when each model is skipped, by the monotonic clock. */
  readonly #passed = new Map<RankedModel, number>()
  #answering: RankedModel

  constructor(deps: FallbackDeps) {
    const [first] = deps.models
    this.#deps = deps
    this.#logger = deps.logger.for('model')
    this.#answering = first
    this.provider = first.language.provider
    this.model = first.language.model
  }

  roomFor(max_tokens: number): number | undefined {
    return this.#answering.language.roomFor?.(max_tokens)
  }

  async complete(request: CompletionRequest, call: CallContext): Promise<Completion> {
    let failure: DenidinError | undefined
    for (const ranked of this.#order()) {
      try {
        const completion = await ranked.language.complete(request, call)
        this.#answered(ranked)
        return completion
      } catch (error) {
        call.signal?.throwIfAborted()
        // A refused call says nothing about the model, and another model would spend just as much.
        if (error instanceof CallRefused) throw error
        const failed = asDenidinError(error)
        this.#failed(ranked, failed)
        // Only a refusal by the content filter is something that the person can act on, so it takes precedence over
        // other failures.
        if (failure === undefined || modelErrorReason(failed) === 'content-filter') failure = failed
      }
    }
    throw failure ?? asDenidinError(undefined)
  }

  /** Which model answers, and what is wrong with the models before it. */
  async health(): Promise<Health> {
    const { models } = this.#deps
    const healths = await Promise.all(models.map(async ranked => ({ ranked, ...(await ranked.health.health()) })))
    const answering = healths.find(({ ranked }) => ranked === this.#answering)
    const before = healths.slice(0, models.indexOf(this.#answering)).filter(({ state }) => isTrouble(state))
    if (answering === undefined) return { state: 'unknown', detail: '' }
    if (before.length === 0) return { state: answering.state, detail: answering.detail }
    const state = answering.state === 'down' ? 'down' : 'degraded'
    return { state, detail: [answering, ...before].map(({ detail }) => detail).join(' ') }
  }

  /** The models that are not skipped; all of them where that leaves none. */
  #order(): readonly RankedModel[] {
    const { models, clock } = this.#deps
    const now = clock.monotonic()
    const ready = models.filter(ranked => (this.#passed.get(ranked) ?? 0) <= now)
    return ready.length === 0 ? models : ready
  }

  #answered(ranked: RankedModel): void {
    this.#passed.delete(ranked)
    if (ranked === this.#answering) return
    this.#logger.info('Another model answers now', { model: ranked.name, before: this.#answering.name })
    this.#answering = ranked
  }

  #failed(ranked: RankedModel, error: DenidinError): void {
    const reason = modelErrorReason(error)
    this.#logger.warn('A model gave no answer', { model: ranked.name, reason: error.message })
    if (reason !== undefined && OF_THE_REQUEST.has(reason)) return
    const pause_ms = reason !== undefined && FOR_THE_OPERATOR.has(reason) ? OPERATOR_PAUSE_MS : SERVICE_PAUSE_MS
    this.#passed.set(ranked, this.#deps.clock.monotonic() + pause_ms)
  }
}
