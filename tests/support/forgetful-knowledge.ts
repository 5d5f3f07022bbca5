import { FileModelKnowledge } from '../../src/models/knowledge/file-model-knowledge.ts'
import type { Clock } from '../../src/platform/clock.ts'
import type { Logger } from '../../src/platform/logger.ts'

/** Knowledge of models that lasts as long as the test. */
export const forgetfulKnowledge = (parts: { readonly clock: Clock; readonly logger: Logger }): FileModelKnowledge =>
  new FileModelKnowledge({ ...parts, path: undefined })
