/**
 * A language model that gives whole answers: if one was cut off at its limit, the model is asked again or asked to
 * continue.
 */
import {
  addUsage,
  type CallContext,
  type Completion,
  type CompletionRequest,
  type LanguageModel,
} from './language-model.ts'
import { joinTexts } from './join-texts.ts'
import { ModelError } from './model-error.ts'

/** Tokens that hidden reasoning may use on top of the answer, tried in this order. */
const REASONING_TOKENS = [2048, 8192, 24_576] as const
/** How many characters of the end of an answer the model is shown to continue from. */
const LAST_WORDS_CHARACTERS = 40

/**
 * Wraps a model. If hidden reasoning used up the limit before any text came, the model is asked again with a larger
 * limit, and from then on gets it at once. An answer that is cut off is continued once; if it is cut off again, it says
 * so (`cut`).
 */
export class WholeAnswers implements LanguageModel {
  readonly provider: string
  readonly model: string
  readonly #inner: LanguageModel
  /** How many tokens this model's reasoning was found to need. */
  #reasoning_tokens = 0

  constructor(inner: LanguageModel) {
    this.provider = inner.provider
    this.model = inner.model
    this.#inner = inner
  }

  roomFor(max_tokens: number): number | undefined {
    return this.#inner.roomFor?.(max_tokens + this.#reasoning_tokens)
  }

  async complete(request: CompletionRequest, call: CallContext): Promise<Completion> {
    const first = await this.#said(request, call)
    return first.cut === true && mayGoOn(request, call) ? await this.#continued(request, first, call) : first
  }

  /** Asks with room for hidden reasoning. @throws ModelError `answer-length` if no limit was large enough */
  async #said(request: CompletionRequest, call: CallContext): Promise<Completion> {
    const larger = REASONING_TOKENS.filter(tokens => tokens > this.#reasoning_tokens)
    let bound = 0
    let failure: ModelError | undefined
    for (const reasoning_tokens of [this.#reasoning_tokens, ...larger]) {
      try {
        const completion = await this.#inner.complete(withRoom(request, reasoning_tokens), call)
        this.#reasoning_tokens = reasoning_tokens
        return completion
      } catch (error) {
        if (!(error instanceof ModelError)) throw error
        // If the server refuses the larger limit, the previous failure is the one to report.
        if (error.reason !== 'answer-length') throw failure ?? error
        failure = error
        // The model's own limit may be smaller than what we asked for: asking for more would change nothing.
        const used = error.limit_tokens ?? Number.POSITIVE_INFINITY
        if (used <= bound) throw error
        bound = used
      }
    }
    throw failure ?? new ModelError('answer-length', `${this.model} gave no answer within its bound`)
  }

  /** The text and its continuation; the text alone if there is none. */
  async #continued(request: CompletionRequest, first: Completion, call: CallContext): Promise<Completion> {
    try {
      const { messages, max_tokens, temperature } = request
      const further = { messages: [...messages, ...goOn(first.text)], max_tokens, temperature }
      const { text, usage, cut = false } = await this.#said(further, call)
      const joined = { text: joinTexts(first.text, text), usage: addUsage(first.usage, usage) }
      return cut ? { ...joined, cut } : joined
    } catch {
      call.signal?.throwIfAborted()
      return first
    }
  }
}

/** A continuation cannot mend a cut JSON object, and a check only asks whether there is an answer. */
const mayGoOn = ({ json = false }: CompletionRequest, { purpose }: CallContext): boolean => !json && purpose !== 'check'

const withRoom = (request: CompletionRequest, reasoning_tokens: number): CompletionRequest =>
  reasoning_tokens === 0 ? request : { ...request, max_tokens: request.max_tokens + reasoning_tokens }

const goOn = (said: string): CompletionRequest['messages'] => {
  const last = said.slice(-LAST_WORDS_CHARACTERS).toWellFormed().replace(/\s+/g, ' ')
  return [
    { role: 'assistant', content: said },
    {
      role: 'user',
      content: `Your message was cut off. Go on exactly where it stopped: begin with its last words, “${last}”, and write only what follows. Say nothing about this request.`,
    },
  ]
}
