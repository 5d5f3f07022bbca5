/** The port to language models: requests, answers, and whose call it is. */

/** A text of a request that can be left out by itself. */
export interface RequestPiece {
  readonly text: string
  /** The sources of the text: ids of messages and memories. */
  readonly ids: readonly string[]
  /** A line above it, which it shares with the pieces beside it that have the same. */
  readonly under?: string
}

/**
 * One message of a request to a language model. Before it is sent, it is joined with its neighbours of the same role.
 */
export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
  /** Set on a message that may be left out if the model refuses it or has no room: the ids of its sources. */
  readonly ids?: readonly string[]
  /** Set on a block whose lines may be left out one by one; `content` is its heading and the lines. */
  readonly block?: { readonly heading: string; readonly lines: readonly RequestPiece[] }
  /** The message to answer: never left out. If no message has it, it is the last user message. */
  readonly question?: true
}

/** A message made of lines below a heading (which may be empty). */
export const blockMessage = (
  role: ModelMessage['role'],
  heading: string,
  lines: readonly RequestPiece[],
): ModelMessage => ({
  role,
  content: [
    ...(heading === '' ? [] : [heading]),
    ...lines.flatMap(({ text, under }, at) =>
      under === undefined || under === lines[at - 1]?.under ? [text] : [under, text],
    ),
  ].join('\n'),
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
  /** From 0 (repeatable) to 2 (wild). */
  readonly temperature: number
  /** Asks for one JSON object. Servers that cannot guarantee JSON are asked without this option. */
  readonly json?: boolean
  /** Whether nothing may be left out if there is no room: the caller asks again with less instead. */
  readonly whole?: boolean
}

/** Tokens that one request took, as the provider counted them (or as we did, where it does not say). */
export interface TokenUsage {
  readonly input_tokens: number
  /** How much of the input the provider read from its cache, if it says so: cached input costs less. */
  readonly cached_tokens?: number
  /** Hidden reasoning included. */
  readonly output_tokens: number
}

/** The usage of two requests together. */
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
  /** The model's text for the reader, without hidden reasoning. */
  readonly text: string
  /** The usage of the requests that produced the text. */
  readonly usage: TokenUsage
  /** Whether the answer was cut off at its token limit. */
  readonly cut?: boolean
}

/** A language model. */
export interface LanguageModel {
  /** Provider and model, as the usage table records them. */
  readonly provider: string
  readonly model: string
  /** How many tokens a request with an answer of `max_tokens` may have, if the model's limit is known. */
  roomFor?(max_tokens: number): number | undefined
  /**
   * Answers a conversation.
   * @throws DenidinError `timeout`, `unavailable` (both worth retrying later), `rejected` (not worth retrying),
   *   `bad_answer`.
   */
  complete(request: CompletionRequest, call: CallContext): Promise<Completion>
}
