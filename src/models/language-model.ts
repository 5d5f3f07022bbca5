/** The port of a language model: requests, answers, and for whom a call is made. */

/** One message of a request to a language model. */
export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** What a call is for; recorded with its cost. */
export type Purpose = 'reply' | 'summary' | 'recall' | 'memory' | 'extraction' | 'check'

/** Whose call it is, so that every call can be accounted for. */
export interface CallContext {
  readonly purpose: Purpose
  readonly person_id?: string
  readonly chat_id?: string
  readonly signal?: AbortSignal
}

export interface CompletionRequest {
  readonly messages: readonly ModelMessage[]
  /** Tokens of the messages, where the caller has counted them: the meter need not estimate them. */
  readonly input_tokens?: number
  /** Most tokens of the answer. */
  readonly max_tokens: number
  /** 0 (repeatable) to 2 (wild). */
  readonly temperature: number
  /** Asks for one JSON object; servers that cannot promise it are asked without. */
  readonly json?: boolean
}

/** Tokens that one call took, as the provider counted them (or as we did, where it does not say). */
export interface TokenUsage {
  readonly input_tokens: number
  readonly output_tokens: number
}

export interface Completion {
  /** What the model says to the reader, without hidden reasoning. */
  readonly text: string
  readonly usage: TokenUsage
  /** Whether the answer ended at its bound and not where the model meant to end. */
  readonly cut?: boolean
}

/** A language model. */
export interface LanguageModel {
  /** Provider and model, as they stand in the usage table. */
  readonly provider: string
  readonly model: string
  /**
   * Answers a conversation.
   * @throws DenidinError `timeout`, `unavailable` (worth trying later), `rejected` (it is not), `bad_answer`.
   */
  complete(request: CompletionRequest, call: CallContext): Promise<Completion>
}
