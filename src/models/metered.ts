/** Models that meter every call: tokens are reserved before it and settled after it. */
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { whileWaiting } from '../platform/trace.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Embedder } from './embedder.ts'
import { CallHeldBack } from './call-held-back.ts'
import { CallRefused } from './call-refused.ts'
import { mostTokens, mostTokensOf } from './estimated-tokens.ts'
import { NO_USAGE, type CallContext, type LanguageModel, type TokenUsage } from './language-model.ts'
import type { Meter, PlannedCall, ReservationId } from './meter.ts'
import { ModelError } from './model-error.ts'
import { MostInput } from './most-input.ts'

/** A language model that meters every call, failed ones too. */
export const meteredLanguageModel = (
  model: LanguageModel,
  meter: Meter,
  clock: Clock,
  logger: Logger,
): LanguageModel => {
  const measure = metering('completion', model, meter, clock, logger)
  return {
    provider: model.provider,
    model: model.model,
    roomFor: max_tokens => model.roomFor?.(max_tokens),
    complete: (request, call) => {
      const input = request.input_tokens ?? mostTokens(request.messages.map(message => message.content))
      return measure(
        call,
        { input, answer: request.max_tokens },
        () => model.complete(request, call),
        completion => completion.usage,
      )
    },
  }
}

export interface MeteredEmbedderDeps {
  readonly meter: Meter
  readonly tokens: Pick<TokenCounter, 'count'>
  readonly clock: Clock
  readonly logger: Logger
}

/** An embedder that meters every call, failed ones too. The most that its texts may take is reserved. */
export const meteredEmbedder = (
  embedder: Embedder,
  { meter, tokens, clock, logger }: MeteredEmbedderDeps,
): Embedder => {
  const measure = metering('embedding', embedder, meter, clock, logger)
  const most = new MostInput()
  /** The offline model costs nothing, so a cheap estimate is enough. */
  const isFree = embedder.provider === 'offline'
  const log = logger.for('embedding')
  return {
    provider: embedder.provider,
    model: embedder.model,
    space: embedder.space,
    embed: async (texts, call) => {
      const began = clock.monotonic()
      let outcome: 'ok' | 'failed' = 'failed'
      try {
        const counted = isFree ? mostTokens(texts) : await mostTokensOf(texts, tokens)
        const embedded = await measure(
          call,
          { input: isFree ? counted : most.of(counted) },
          () => embedder.embed(texts, call),
          ({ input_tokens }) => {
            most.learn(counted, input_tokens)
            return { input_tokens, output_tokens: 0 }
          },
        )
        outcome = 'ok'
        return embedded
      } finally {
        log.info('Embedding call', {
          count: texts.length,
          model: embedder.model,
          ms: clock.monotonic() - began,
          outcome,
        })
      }
    },
  }
}

/** Tokens that a call may use. */
export interface EstimatedTokens {
  readonly input: number
  /** The longest answer; `undefined` for calls that return no text. */
  readonly answer?: number
}

/** Makes a call and meters it; `usageOf` reads its usage from the answer. @throws what the call throws */
export type Measure = <T>(
  call: CallContext,
  estimated: EstimatedTokens,
  act: () => Promise<T>,
  usageOf: (result: T) => TokenUsage,
) => Promise<T>

/**
 * The usage of a failed call: what the server reported or, for a call that was given up halfway, its request, which
 * providers charge for. `undefined`: unknown.
 */
const usageOfFailure = (
  error: unknown,
  { signal }: CallContext,
  { input }: EstimatedTokens,
): TokenUsage | undefined => {
  const known = error instanceof ModelError ? error.usage : undefined
  return known ?? (signal?.aborted === true ? { ...NO_USAGE, input_tokens: input } : undefined)
}

/** Meters calls of one kind to one model. */
export const metering = (
  kind: PlannedCall['kind'],
  { provider, model }: { readonly provider: string; readonly model: string },
  meter: Meter,
  clock: Clock,
  logger: Logger,
): Measure => {
  const plan = ({ purpose, person_id, chat_id }: CallContext, { input, answer }: EstimatedTokens): PlannedCall => ({
    kind,
    provider,
    model,
    purpose,
    ...(person_id === undefined ? {} : { person_id }),
    ...(chat_id === undefined ? {} : { chat_id }),
    estimated_tokens: input + (answer ?? 0),
    ...(answer === undefined ? {} : { estimated_answer_tokens: answer }),
  })

  /** A paid answer is worth more than its usage record: if that cannot be written, the failure is only logged. */
  const settle = async (
    { purpose }: PlannedCall,
    outcome: 'ok' | 'failed',
    act: () => Promise<void>,
  ): Promise<void> => {
    try {
      await act()
    } catch (error) {
      const { code } = asDenidinError(error)
      logger.for('model').error('Model call could not be recorded', { kind, model, purpose, outcome, code })
    }
  }

  return async (call, estimated, act, usageOf) => {
    const planned = plan(call, estimated)
    const reserved = await meter.reserve(planned).catch((error: unknown) => {
      // A call that the limits refuse is not made; a call that merely cannot be recorded is.
      if (error instanceof CallRefused) throw error
      return undefined
    })
    /** If the reservation could not be written before, tries once more, so that it can be settled at once. */
    const reservation = async (): Promise<ReservationId> => reserved ?? (await meter.reserve(planned))
    const started_at = clock.monotonic()
    let result
    try {
      result = await whileWaiting(clock, act)
    } catch (error) {
      if (error instanceof CallHeldBack) {
        if (reserved !== undefined) await settle(planned, 'failed', () => meter.cancel(reserved))
        throw error
      }
      const usage = usageOfFailure(error, call, estimated)
      const failed = { duration_ms: clock.monotonic() - started_at, ...(usage === undefined ? {} : { usage }) }
      await settle(planned, 'failed', async () => meter.release(await reservation(), failed))
      throw error
    }
    const usage = { ...usageOf(result), duration_ms: clock.monotonic() - started_at }
    await settle(planned, 'ok', async () => meter.commit(await reservation(), usage))
    return result
  }
}
