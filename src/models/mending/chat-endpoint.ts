/** The port to one model at one address, asked in one way. */
import type { ModelKey, ModelTraits } from '../knowledge/model-knowledge.ts'
import type { CallContext, Completion, CompletionRequest } from '../language-model.ts'

export interface ChatEndpoint {
  readonly provider: string
  readonly model: string
  /** Host and port, for messages. */
  readonly host: string
  readonly key: ModelKey
  /** How the model is asked as long as nothing else is known. */
  readonly usual: ModelTraits
  /** Sends a request the way `traits` describe. @throws ModelError, or the reason of the call's signal */
  send(request: CompletionRequest, traits: ModelTraits, call: CallContext): Promise<Completion>
}
