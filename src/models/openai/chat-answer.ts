/** One answer of a chat model, assembled from a whole body or from the chunks of a stream. */
import type { TokenUsage } from '../language-model.ts'
import { countOf, type Fields, fieldsOf, isFilled, itemsOf, textOf } from './json-fields.ts'
import { readProviderError, type ProviderError } from './provider-error.ts'
import { readUsage } from './read-usage.ts'

/** Most characters of one answer, including hidden reasoning within the text; the rest is not read. */
const CONTENT_CHARACTERS = 200_000

/** How an answer ended. `filter`: text was withheld; `failure`: the server broke it off. */
export type Ending = 'complete' | 'length' | 'filter' | 'overloaded' | 'failure'

/** The providers' names for an ending that is not complete. Most are OpenAI's; others are labelled. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  length: 'length',
  max_tokens: 'length', // Anthropic, Gemini, Cohere
  max_output_tokens: 'length',
  model_length: 'length', // Mistral
  max_length: 'length',
  token_limit: 'length',
  model_context_window_exceeded: 'length', // Anthropic
  error_limit: 'length', // Cohere
  content_filter: 'filter',
  content_filtered: 'filter', // Bedrock
  refusal: 'filter', // Anthropic
  guardrail_intervened: 'filter',
  safety: 'filter', // Gemini, and the next four
  recitation: 'filter',
  prohibited_content: 'filter',
  blocklist: 'filter',
  image_safety: 'filter',
  error_toxic: 'filter', // Cohere
  spii: 'filter',
  sensitive: 'filter', // GLM
  error: 'failure', // OpenRouter
  network_error: 'failure', // GLM
  abort: 'failure', // vLLM, SGLang
  insufficient_system_resource: 'overloaded', // DeepSeek
}

/** What a server sent, in one shape. */
export interface ChatAnswer {
  /** As the server sent it: hidden reasoning may be in it. */
  readonly content: string
  readonly refusal: string
  /** Whether the body contained an answer, even an empty one. */
  readonly answered: boolean
  /** Whether reasoning came in a field or part of its own. */
  readonly reasoned: boolean
  /** The text of a field for reasoning. A server that takes an answer for reasoning puts it there. */
  readonly reasoning: string
  /** Whether the model asked for a tool. */
  readonly called_tool: boolean
  readonly ending: Ending
  /** Tokens as the server counted them. */
  readonly usage: Partial<TokenUsage>
  readonly error: ProviderError | undefined
}

/** Takes bodies or chunks in their order. */
export class ChatAnswerBuilder {
  /** Index of the answer that is taken, where a server sends several. */
  #index: number | undefined
  #content = ''
  /** Some servers repeat the whole answer at the end of a stream. */
  #whole = ''
  #refusal = ''
  #reasoned = false
  #reasoning = ''
  #called_tool = false
  #finish_reason: string | undefined
  #usage: Partial<TokenUsage> = {}
  #error: ProviderError | undefined

  /** Whether any of the answer, or of the reasoning before it, has arrived. */
  get begun(): boolean {
    return this.#content !== '' || this.#reasoned
  }

  /** Whether the server said how the answer ended. */
  get ended(): boolean {
    return this.#finish_reason !== undefined || this.#error !== undefined
  }

  /** Whether nothing more is accepted. */
  get full(): boolean {
    return this.#content.length >= CONTENT_CHARACTERS
  }

  add(body: unknown): void {
    const inner = withoutWrapper(body)
    this.#error ??= readProviderError(inner)
    const { usage, x_groq, choices, promptFeedback, prompt_feedback } = fieldsOf(inner)
    const { blockReason, block_reason = blockReason } = fieldsOf(prompt_feedback ?? promptFeedback)
    // Gemini blocks a request without any choice.
    if (isFilled(block_reason)) this.#finish_reason ??= 'content_filter'
    this.#addUsage(fieldsOf(usage ?? fieldsOf(x_groq)['usage']))
    const choice = this.#chosen(itemsOf(choices).map(fieldsOf))
    if (choice !== undefined) this.#addChoice(choice)
  }

  build(): ChatAnswer {
    const content = this.#content === '' ? this.#whole : this.#content
    return {
      content: content.slice(0, CONTENT_CHARACTERS),
      refusal: this.#refusal,
      answered: this.#index !== undefined,
      reasoned: this.#reasoned,
      reasoning: this.#reasoning,
      called_tool: this.#called_tool,
      ending: content.length >= CONTENT_CHARACTERS ? 'length' : endingOf(this.#finish_reason),
      usage: this.#usage,
      error: this.#error,
    }
  }

  /** We ask for one answer; if a server sends several, they must not be joined. */
  #chosen(choices: readonly Fields[]): Fields | undefined {
    const first = choices.toSorted((a, b) => indexOf(a) - indexOf(b))[0]
    if (first === undefined) return undefined
    this.#index ??= indexOf(first)
    return choices.find(choice => indexOf(choice) === this.#index)
  }

  /** A later count replaces an earlier one. */
  #addUsage(usage: Fields): void {
    this.#usage = { ...this.#usage, ...readUsage(usage) }
  }

  #addChoice({ delta, message, text, finish_reason, stop_reason }: Fields): void {
    const said = fieldsOf(delta ?? message)
    const { content = text, refusal, tool_calls, function_call } = said
    const parts = partsOf(content)
    if (delta === undefined) this.#whole = parts.text
    else this.#content += parts.text
    this.#refusal += textOf(refusal) ?? parts.refusal
    this.#reasoned ||= parts.reasoned || REASONING_FIELDS.some(field => isFilled(said[field]))
    const thought = REASONING_FIELDS.map(field => textOf(said[field])).find(isFilled) ?? ''
    this.#reasoning = (delta === undefined ? thought : this.#reasoning + thought).slice(0, CONTENT_CHARACTERS)
    this.#called_tool ||= isFilled(tool_calls) || isFilled(function_call)
    this.#finish_reason = textOf(finish_reason ?? stop_reason) ?? this.#finish_reason
  }
}

/** Fields into which gateways put the whole answer of the service behind them. */
const WRAPPERS = ['data', 'result', 'response', 'body', 'output']

/** The answer within the answer of a gateway, which has no choices of its own. */
const withoutWrapper = (body: unknown): unknown => {
  const fields = fieldsOf(body)
  if (fields['choices'] !== undefined) return body
  return WRAPPERS.map(name => fields[name]).find(inner => Array.isArray(fieldsOf(inner)['choices'])) ?? body
}

const indexOf = ({ index }: Fields): number => countOf(index) ?? 0

/** Some gateways to Gemini write `FinishReason.MAX_TOKENS` or `content_filter: PROHIBITED_CONTENT`. */
const endingOf = (finish_reason: string | undefined): Ending =>
  ENDINGS[/^(?:finish_?reason\.)?([a-z_]*)/.exec(finish_reason?.toLowerCase().replaceAll('-', '_') ?? '')?.[1] ?? ''] ??
  'complete'

/** Fields in which servers put reasoning: DeepSeek, Qwen, vLLM; OpenRouter, Ollama, newer vLLM; others. */
const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'reasoning_details', 'thinking', 'thinking_blocks']

/** Types of a part that contain text for the reader; a part without a type does too. */
const TEXT_PARTS = new Set([undefined, 'text', 'output_text'])
const REASONING_PART = /think|reason/

/** Content: a text, or a list of parts such as `{"type": "thinking", …}` and `{"type": "text", "text": "…"}` (Mistral). */
const partsOf = (content: unknown): { readonly text: string; readonly refusal: string; readonly reasoned: boolean } => {
  if (typeof content === 'string') return { text: content, refusal: '', reasoned: false }
  const items = Array.isArray(content) ? content : [content]
  const parts = items.map(item => (typeof item === 'string' ? { text: item } : fieldsOf(item)))
  const ofType = (has: (type: string | undefined) => boolean): readonly Fields[] =>
    parts.filter(part => has(textOf(part['type'])))
  return {
    text: ofType(type => TEXT_PARTS.has(type))
      .map(({ text }) => textOf(text) ?? textOf(fieldsOf(text)['value']) ?? '')
      .join(''),
    refusal: ofType(type => type === 'refusal')
      .map(({ refusal }) => textOf(refusal) ?? '')
      .join(''),
    reasoned: ofType(type => type !== undefined && REASONING_PART.test(type)).length > 0,
  }
}
