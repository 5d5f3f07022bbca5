/** A language model that another one replaces when a spending limit does not allow its calls. */
import type { Logger } from '../platform/logger.ts'
import { CallRefused } from './call-refused.ts'
import type { LanguageModel } from './language-model.ts'

/** @param substitute gets the same request; if it refuses as well, the caller gets that error */
export const withSubstitute = (model: LanguageModel, substitute: LanguageModel, logger: Logger): LanguageModel => ({
  provider: model.provider,
  model: model.model,
  roomFor: max_tokens => model.roomFor?.(max_tokens),
  complete: async (request, call) => {
    try {
      return await model.complete(request, call)
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error
      logger.for('model').info('A limit is reached, another model answers', {
        model: substitute.model,
        reason: error.reason,
      })
      return await substitute.complete(request, call)
    }
  },
})
