import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Embedder } from './embedder.ts'
import type { CallContext, LanguageModel, TokenUsage } from './language-model.ts'
import type { Meter, MeteredCall } from './meter.ts'

/** What a failed call took is not told by anybody. */
const NOTHING: TokenUsage = { input_tokens: 0, output_tokens: 0 }

/** A language model of which every call is taken down, failed ones too. */
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
    complete: (request, call) =>
      measure(
        call,
        () => model.complete(request, call),
        completion => completion.usage,
      ),
  }
}

/** An embedder of which every call is taken down, failed ones too. */
export const meteredEmbedder = (embedder: Embedder, meter: Meter, clock: Clock, logger: Logger): Embedder => {
  const measure = metering('embedding', embedder, meter, clock, logger)
  const log = logger.for('embedding')
  return {
    provider: embedder.provider,
    model: embedder.model,
    space: embedder.space,
    embed: async (texts, call) => {
      const began = clock.now()
      let outcome: MeteredCall['outcome'] = 'failed'
      try {
        const embedded = await measure(
          call,
          () => embedder.embed(texts, call),
          ({ input_tokens }) => ({ input_tokens, output_tokens: 0 }),
        )
        outcome = 'ok'
        return embedded
      } finally {
        log.info('Embedding call', { count: texts.length, model: embedder.model, ms: clock.now() - began, outcome })
      }
    },
  }
}

/** Takes down calls of one kind to one model; `usageOf` reads from an answer what it took. */
export const metering =
  (
    kind: MeteredCall['kind'],
    { provider, model }: { readonly provider: string; readonly model: string },
    meter: Meter,
    clock: Clock,
    logger: Logger,
  ) =>
  async <T>(call: CallContext, act: () => Promise<T>, usageOf: (result: T) => TokenUsage): Promise<T> => {
    const started_at = clock.now()
    const record = async (outcome: MeteredCall['outcome'], usage: TokenUsage): Promise<void> => {
      const { purpose, person_id, chat_id } = call
      try {
        await meter.record({
          kind,
          provider,
          model,
          purpose,
          ...(person_id === undefined ? {} : { person_id }),
          ...(chat_id === undefined ? {} : { chat_id }),
          outcome,
          duration_ms: clock.now() - started_at,
          ...usage,
        })
      } catch (error) {
        // An answer that was paid for is worth more than its row.
        const { code } = asDenidinError(error)
        logger.for('model').error('Model call could not be recorded', { kind, model, purpose, outcome, code })
      }
    }
    let result: T
    try {
      result = await act()
    } catch (error) {
      await record('failed', NOTHING)
      throw error
    }
    await record('ok', usageOf(result))
    return result
  }
