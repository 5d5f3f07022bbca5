/** The port of a language model: requests, answers, and for whom a call is made. */

/** A text of a request that may be left out by itself. */
export interface RequestPiece {
  readonly text: string
  /** What it was taken from: ids of messages and memories. */
  readonly ids: readonly string[]
}

/** One message of a request to a language model. Before it is sent, its neighbours of the same role join it. */
export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
  /** Of a message that may be left out where the model refuses it or has no room: what it was taken from. */
  readonly ids?: readonly string[]
  /** Of a block whose lines may be left out one by one; `content` is its heading and the lines. */
  readonly block?: { readonly heading: string; readonly lines: readonly RequestPiece[] }
  /** The message that is answered: never left out. Without one, it is the last message of the user. */
  readonly question?: true
}

/** A message made of lines below a heading (which may be empty). */
export const blockMessage = (
  role: ModelMessage['role'],
  heading: string,
  lines: readonly RequestPiece[],
): ModelMessage => ({
  role,
  content: [...(heading === '' ? [] : [heading]), ...lines.map(({ text }) => text)].join('\n'),
  block: { heading, lines },
})

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
  /** Whether nothing may be left out for want of room: the caller asks again with less instead. */
  readonly whole?: boolean
}

/** Tokens that one request took, as the provider counted them (or as we did, where it does not say). */
export interface TokenUsage {
  readonly input_tokens: number
  /** Of the input, what the provider read from its cache, where it says so: it costs less. */
  readonly cached_tokens?: number
  /** Hidden reasoning included. */
  readonly output_tokens: number
}

/** What two requests took together. */
export const addUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => {
  const cached_tokens = (a.cached_tokens ?? 0) + (b.cached_tokens ?? 0)
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    ...(cached_tokens === 0 ? {} : { cached_tokens }),
  }
}

export const NO_USAGE: TokenUsage = { input_tokens: 0, output_tokens: 0 }

export interface Completion {
  /** What the model says to the reader, without hidden reasoning. */
  readonly text: string
  /** What the requests took that the text comes from. */
  readonly usage: TokenUsage
  /** Whether the answer ended at its bound and not where the model meant to end. */
  readonly cut?: boolean
}

/** A language model. */
export interface LanguageModel {
  /** Provider and model, as they stand in the usage table. */
  readonly provider: string
  readonly model: string
  /** Tokens that a request with an answer of `max_tokens` may have, where the model's limit is known. */
  roomFor?(max_tokens: number): number | undefined
  /**
   * Answers a conversation.
   * @throws DenidinError `timeout`, `unavailable` (worth trying later), `rejected` (it is not), `bad_answer`.
   */
  complete(request: CompletionRequest, call: CallContext): Promise<Completion>
}
