/** One exchange with a chat model: sends a request and turns the response into an answer or a typed error. */
import type OpenAI from 'openai'
import type { Clock } from '../../platform/clock.ts'
import { cleanText } from '../../text/cut.ts'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import type { Completion, CompletionRequest } from '../language-model.ts'
import { ModelError } from '../model-error.ts'
import { visibleText } from '../visible-text.ts'
import type { ChatAnswer } from './chat-answer.ts'
import { failureInAnswer, refusedParameter, refusedStreams } from './openai-errors.ts'
import { BrokenStream, readChatAnswer } from './read-chat-answer.ts'
import { requestBody } from './request-body.ts'

/**
 * Characters of an answer for each token that was allowed: ordinary text has 2 to 6. A server that ignores the token
 * limit is cut off here.
 */
const CHARACTERS_PER_TOKEN = 16
/** After this many broken streams in a row, a model is no longer asked for streams. */
const MOST_BROKEN_STREAMS = 2

/** The request body, apart from how the answer is delivered. */
export type ChatBody = OpenAI.ChatCompletionCreateParamsNonStreaming

export interface ChatExchangeDeps {
  /** Host and port, for messages. */
  readonly host: string
  /** Whether answers are requested as streams. */
  readonly stream: boolean
  readonly clock: Clock
}

/**
 * Asks one model. Answers come as a stream if the server offers it, so that one that stops halfway is noticed early. A
 * server that refuses streams, or breaks them, is asked for whole answers from then on.
 */
export class ChatExchange {
  readonly #deps: ChatExchangeDeps
  #streams: boolean
  /** Whether streams are asked to report tokens; if not, DeniDin counts. */
  #usage = true
  #broken = 0

  constructor(deps: ChatExchangeDeps) {
    this.#deps = deps
    this.#streams = deps.stream
  }

  /** @throws ModelError, or what the openai package throws */
  async send(openai: OpenAI, body: ChatBody, signal: AbortSignal): Promise<ChatAnswer> {
    for (;;) {
      try {
        const answer = await this.#ask(openai, body, this.#streams, signal)
        this.#broken = 0
        return answer
      } catch (thrown) {
        if (this.#streams && thrown instanceof BrokenStream) return await this.#instead(openai, body, signal)
        if (!this.#streams) throw thrown
        if (this.#usage && refusedParameter(thrown, 'stream_options')) this.#usage = false
        else if (refusedParameter(thrown, 'stream') || refusedStreams(thrown)) this.#streams = false
        else throw thrown
      }
    }
  }

  /** The whole answer, after its stream broke. */
  async #instead(openai: OpenAI, body: ChatBody, signal: AbortSignal): Promise<ChatAnswer> {
    const answer = await this.#ask(openai, body, false, signal)
    this.#broken++
    if (this.#broken >= MOST_BROKEN_STREAMS) this.#streams = false
    return answer
  }

  async #ask(openai: OpenAI, body: ChatBody, stream: boolean, signal: AbortSignal): Promise<ChatAnswer> {
    const { host, clock } = this.#deps
    // `chat.completions.create` looks at every text of the request to find out whether it asks for a stream.
    const response = await openai
      .post('/chat/completions', {
        body: requestBody(stream ? this.#streamed(body) : body),
        headers: { 'content-type': 'application/json' },
        stream,
        signal,
      })
      .asResponse()
    const answer = await readChatAnswer(response, host, clock)
    if (answer.error !== undefined) throw failureInAnswer(answer.error, host)
    if (answer.ending === 'overloaded') throw new ModelError('overloaded', `${host} is overloaded and gave no answer`)
    if (answer.ending === 'failure')
      throw new ModelError('server-error', `${host} broke off in the middle of its answer`)
    return answer
  }

  #streamed(body: ChatBody): OpenAI.ChatCompletionCreateParamsStreaming {
    return { ...body, stream: true, ...(this.#usage ? { stream_options: { include_usage: true } } : {}) }
  }
}

/** The part of an answer that is for the reader. Tokens are missing if the server does not count them. */
export interface ReadAnswer extends Omit<Completion, 'usage'>, Pick<ChatAnswer, 'usage'> {}

/** @throws ModelError `content-filter`, `answer-length`, or `bad-response` when there is no text */
export const readAnswer = (
  answer: ChatAnswer,
  { max_tokens }: Pick<CompletionRequest, 'max_tokens'>,
  host: string,
): ReadAnswer => {
  const { content, refusal, answered, reasoned, called_tool, ending, usage } = answer
  if (ending === 'filter') throw new ModelError('content-filter', `${host} withheld the answer (content filter)`)
  const cut = ending === 'length'
  const said = shown(visibleText(content, { cut })) || shown(refusal) || shown(misplaced(answer))
  if (said === '') {
    if (cut) throw usedUp(max_tokens, host)
    if (!answered) throw new ModelError('bad-response', `${host} ${NO_ANSWER}`)
    throw new ModelError('bad-response', `${host} ${nothingSaid(called_tool, reasoned || content.trim() !== '')}`)
  }
  const most = max_tokens * CHARACTERS_PER_TOKEN
  if (said.length <= most) return { text: said, usage, cut }
  return {
    text: said
      .slice(0, most)
      .replace(/(?<!\s)\s+\S*$/, '')
      .toWellFormed(),
    usage,
    cut: true,
  }
}

/**
 * Signs that a text is reasoning and not for the reader: it speaks about them in the third person, or plans the answer.
 */
const THOUGHT =
  /^(?:h+m+|ok(?:ay)?,? (?:so|let)|alright,|let(?:'s| me| us)\b|wait\b|we (?:need|have|must|are asked)|i (?:need|should|must|have to)\b|first,? i\b|thinking|thought|analysis)|\b(?:the|this) (?:user|person|question|message|request|conversation)\b|\bthe (?:asker|assistant|system prompt|answer should)\b|\b(?:i|we)(?:'ll| will| should| must| need to| can| could) (?:say|keep|mention|ask|provide|think)\b|\b(?:respond|replying|answering|greet|users?|concise(?:ly)?|politely|friendly tone)\b|用户|המשתמש/iu
/** The end of reasoning within its field: the answer follows. */
const END_OF_THOUGHT = /<\/think(?:ing)?>|\[\/THINK\]/i

/**
 * An answer in the field for reasoning, where some servers put all that a model says while its reasoning is switched
 * off. Only a complete text that does not read like reasoning counts.
 */
const misplaced = ({ content, reasoning, called_tool, ending }: ChatAnswer): string => {
  if (ending !== 'complete' || called_tool || content.trim() !== '') return ''
  const parts = reasoning.split(END_OF_THOUGHT)
  const text = visibleText(parts.at(-1) ?? '', { cut: false })
  return parts.length > 1 || !THOUGHT.test(text) ? text : ''
}

const NO_ANSWER =
  'answered with something that holds no answer; check that base_url is the address of an OpenAI-compatible API'

/** Removes what no one sees; `''` if nothing is left. */
const shown = (text: string): string => {
  const clean = cleanText(text).trim()
  return withoutFormatCharacters(clean).trim() === '' ? '' : clean
}

const usedUp = (max_tokens: number, host: string): ModelError =>
  new ModelError(
    'answer-length',
    `the model at ${host} used its ${String(max_tokens)} tokens up before it said anything; allow it more`,
    { limit_tokens: max_tokens },
  )

const nothingSaid = (called_tool: boolean, reasoned: boolean): string => {
  if (called_tool) return 'asked for a tool instead of answering'
  return reasoned ? 'thought, and said nothing' : 'answered with an empty text'
}
