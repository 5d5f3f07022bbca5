/**
 * Makes room in the history without losing what the person said: the bot's older replies, which are long, are shortened to
 * their beginnings, then to their first words, before any message is left out; those to small talk before all others.
 */
import { firstThatFits } from '../../sessions/window.ts'
import { isSmallTalk } from '../../text/small-talk.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ShownMessage } from './shown-message.ts'

/** Tokens that are kept of an older reply: its first sentence or two, and where that is too much its first words. */
const BRIEF_TOKENS = 40
const HINT_TOKENS = 14
const LEFT_OUT = ' …'
/** Tokens of it, and of the words that a cut may split. */
const LEFT_OUT_TOKENS = 4
/** What is left out must be worth it: half of what is kept. */
const LEAST_SAVED_SHARE = 0.5

export interface BriefLimit {
  /** Tokens for all messages, with what surrounds them. */
  readonly most: number
  /** Place of the first message of the running exchange: from here on everything is whole. */
  readonly exchange: number
  /** `always`: every older reply is shortened; `as_needed`: as many as it takes, the oldest first. */
  readonly when: 'always' | 'as_needed'
}

/** Messages of a window, oldest first. */
export interface FittedMessages {
  readonly messages: readonly ShownMessage[]
  /** Place of the first of them in the window. */
  readonly first: number
  /** A larger limit would not show more. */
  readonly complete: boolean
}

type Shortened = WeakMap<ShownMessage, ShownMessage>

/** Beginnings of long replies. A window keeps its messages over many turns: each is shortened once. */
export class BriefReplies {
  readonly #counter: TokenCounter
  readonly #briefs: Shortened = new WeakMap()
  readonly #hints: Shortened = new WeakMap()
  /** Whether a person's message is small talk. */
  readonly #idle = new WeakMap<ShownMessage, boolean>()

  constructor(counter: TokenCounter) {
    this.#counter = counter
  }

  /**
   * Messages within their limit; the last two stay whatever their size. With a larger limit, nothing that was shown is
   * shown shorter.
   * @param window oldest first
   * @param costs tokens of each message in the request
   */
  fit(window: readonly ShownMessage[], costs: readonly number[], limit: BriefLimit): FittedMessages {
    const { most, when } = limit
    if (when === 'as_needed' && costs.reduce((sum, tokens) => sum + tokens, 0) <= most) {
      return { messages: window, first: 0, complete: true }
    }
    const briefs = this.#shortened(window, costs, limit, each => this.#brief(each))
    if (briefs.tokens <= most) {
      if (when === 'always') return { ...briefs, complete: true }
      this.#lengthen(briefs, window, limit, message => message)
      return briefs
    }
    const hints = this.#shortened(window, costs, limit, each => this.#hint(each))
    if (hints.tokens > most) return hints
    this.#lengthen(hints, window, limit, message => this.#brief(message))
    return hints
  }

  /** The newest messages that fit with every older reply shortened. Older ones are not looked at. */
  #shortened(
    window: readonly ShownMessage[],
    costs: readonly number[],
    { most, exchange }: BriefLimit,
    shorten: (message: ShownMessage) => ShownMessage,
  ): Shown {
    const newest: ShownMessage[] = []
    let tokens = 0
    const first = firstThatFits(window.length, most, at => {
      const message = window[at]
      if (message === undefined) return 0
      const shown = at < exchange ? shorten(message) : message
      const cost = (costs[at] ?? 0) - message.tokens + shown.tokens
      newest.push(shown)
      tokens += cost
      return cost
    })
    return { messages: newest.slice(0, window.length - first).reverse(), first, tokens, complete: false }
  }

  /** Gives as many replies as fit their longer form; the first that does not fit as a whole gets what is left. */
  #lengthen(
    shown: Shown,
    window: readonly ShownMessage[],
    { most, exchange }: BriefLimit,
    longer: (message: ShownMessage) => ShownMessage,
  ): void {
    const { messages } = shown
    let left = most - shown.tokens
    for (const at of this.#byWorth(window, exchange)) {
      const [whole, short] = [window[at], messages[at]]
      if (whole === undefined || short === undefined || short === whole) continue
      const message = longer(whole)
      if (short === message) continue
      const more = message.tokens - short.tokens
      if (more > left) {
        const longest = this.#beginning(message, short.tokens + left)
        if (longest.tokens > short.tokens) messages[at] = longest
        return
      }
      messages[at] = message
      left -= more
    }
  }

  /** Places before the exchange as their messages become longer: the newest first, replies to small talk last. */
  *#byWorth(messages: readonly ShownMessage[], exchange: number): Generator<number> {
    const idle: number[] = []
    for (let at = Math.min(exchange, messages.length) - 1; at >= 0; at--) {
      if (messages[at]?.role !== 'assistant') continue
      if (this.#isIdle(messages[at - 1])) idle.push(at)
      else yield at
    }
    yield* idle
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
    return this.#beginningOnce(message, BRIEF_TOKENS, this.#briefs)
  }

  #hint(message: ShownMessage): ShownMessage {
    return this.#beginningOnce(message, HINT_TOKENS, this.#hints)
  }

  #beginningOnce(message: ShownMessage, most: number, known: Shortened): ShownMessage {
    if (message.role !== 'assistant' || message.tokens < most * (1 + LEAST_SAVED_SHARE)) return message
    const before = known.get(message)
    if (before !== undefined) return before
    const shortened = this.#beginning(message, most)
    known.set(message, shortened)
    return shortened
  }

  #beginning(message: ShownMessage, most: number): ShownMessage {
    const { content } = message
    const kept = this.#counter.cut(content, Math.max(1, most - LEFT_OUT_TOKENS), 'start')
    const text = `${kept.trimEnd()}${LEFT_OUT}`
    return { ...message, content: text, tokens: this.#counter.count(text) }
  }
}

interface Shown extends FittedMessages {
  readonly messages: ShownMessage[]
  /** Tokens of them in the request, and of the first that did not fit: more than the limit where not all do. */
  readonly tokens: number
}
