/**
 * Makes room in the history without losing what the person said: the bot's older replies, which are long, are shortened to
 * their beginnings before any message is left out, and those to small talk before all others.
 */
import { fitWindow, windowTokens } from '../../sessions/window.ts'
import { cutStart } from '../../text/cut.ts'
import { isSmallTalk } from '../../text/small-talk.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ShownMessage } from './shown-message.ts'

/** Tokens that are kept of an older reply: its first sentence or two. */
const BRIEF_TOKENS = 40
const LEFT_OUT = ' …'
/** Tokens of it, and of the words that a cut may split. */
const LEFT_OUT_TOKENS = 4
/** What is left out must be worth it. */
const LEAST_SAVED_TOKENS = 20

export interface BriefLimit {
  /** Tokens for all messages, with what surrounds them. */
  readonly most: number
  /** Place of the first message of the running exchange: from here on everything is whole. */
  readonly exchange: number
  /** `always`: every older reply is shortened; `as_needed`: as many as it takes, the oldest first. */
  readonly when: 'always' | 'as_needed'
}

/** Beginnings of long replies. A window keeps its messages over many turns: each is shortened once. */
export class BriefReplies {
  readonly #counter: TokenCounter
  readonly #known = new WeakMap<ShownMessage, ShownMessage>()
  /** Whether a person's message is small talk. */
  readonly #idle = new WeakMap<ShownMessage, boolean>()

  constructor(counter: TokenCounter) {
    this.#counter = counter
  }

  /**
   * Messages within their limit; the last two stay whatever their size. With a larger limit, nothing that was shown is
   * shown shorter.
   * @param messages oldest first
   * @param costOf tokens of a message in the request
   */
  fit(
    messages: readonly ShownMessage[],
    { most, exchange, when }: BriefLimit,
    costOf: (message: ShownMessage) => number,
  ): readonly ShownMessage[] {
    const whole = windowTokens(messages, costOf)
    if (when === 'as_needed' && whole <= most) return messages
    const shown = messages.map((message, at) => (at < exchange ? this.#brief(message) : message))
    let tokens = windowTokens(shown, costOf)
    if (tokens > most || when === 'always') return fitWindow(shown, most, costOf)
    for (const at of this.#byWorth(messages, exchange)) {
      const message = messages[at]
      const brief = shown[at]
      if (message === undefined || brief === undefined || brief === message) continue
      const left = most - tokens
      tokens += costOf(message) - costOf(brief)
      if (tokens > most) {
        shown[at] = this.#beginning(message, brief.tokens + left)
        break
      }
      shown[at] = message
    }
    return shown
  }

  /** Places before the exchange as their messages become whole: the newest first, replies to small talk last. */
  #byWorth(messages: readonly ShownMessage[], exchange: number): readonly number[] {
    const telling: number[] = []
    const idle: number[] = []
    for (let at = Math.min(exchange, messages.length) - 1; at >= 0; at--) {
      if (messages[at]?.role === 'assistant') (this.#isIdle(messages[at - 1]) ? idle : telling).push(at)
    }
    return [...telling, ...idle]
  }

  #isIdle(message: ShownMessage | undefined): boolean {
    if (message === undefined || message.role !== 'user') return false
    const known = this.#idle.get(message)
    if (known !== undefined) return known
    const idle = isSmallTalk(message.content)
    this.#idle.set(message, idle)
    return idle
  }

  #brief(message: ShownMessage): ShownMessage {
    if (message.role !== 'assistant' || message.tokens < BRIEF_TOKENS + LEAST_SAVED_TOKENS) return message
    const known = this.#known.get(message)
    if (known !== undefined) return known
    const brief = this.#beginning(message, BRIEF_TOKENS)
    this.#known.set(message, brief)
    return brief
  }

  #beginning(message: ShownMessage, most: number): ShownMessage {
    const { content } = message
    const kept = this.#counter.cut(content, Math.max(1, most - LEFT_OUT_TOKENS), 'start')
    const text = `${cutStart(content, kept.length).trimEnd()}${LEFT_OUT}`
    return { ...message, content: text, tokens: this.#counter.count(text) }
  }
}
