/** Models whose calls determine their health: each answer and each failure is reported to it. */
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { CallRefused } from './call-refused.ts'
import type { Embedder } from './embedder.ts'
import type { CallContext, LanguageModel } from './language-model.ts'
import type { ModelHealth } from './model-health.ts'

type Report = Pick<ModelHealth, 'answered' | 'failed'>

export const watchedLanguageModel = (model: LanguageModel, health: Report, clock: Clock): LanguageModel => ({
  provider: model.provider,
  model: model.model,
  roomFor: max_tokens => model.roomFor?.(max_tokens),
  complete: (request, call) => watch(call, health, clock, () => model.complete(request, call)),
})

export const watchedEmbedder = (embedder: Embedder, health: Report, clock: Clock): Embedder => ({
  provider: embedder.provider,
  model: embedder.model,
  space: embedder.space,
  embed: (texts, call) => watch(call, health, clock, () => embedder.embed(texts, call)),
})

const watch = async <T>(call: CallContext, health: Report, clock: Clock, act: () => Promise<T>): Promise<T> => {
  const began = clock.monotonic()
  try {
    const result = await act()
    health.answered(clock.monotonic() - began)
    return result
  } catch (error) {
    // A call that the caller cancelled, or that a limit refused, says nothing about the model.
    if (call.signal?.aborted !== true && !(error instanceof CallRefused)) health.failed(asDenidinError(error), call)
    throw error
  }
}
