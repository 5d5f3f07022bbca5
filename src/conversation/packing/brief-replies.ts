/**
 * Makes room in the history without losing any of the person's messages. The bot's older replies, which are long, are
 * shortened to their beginnings, then to their first words, before any message is left out; replies to small talk are
 * shortened before all others, to their first words at once, and those that the search found for the question after all
 * others.
 */
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'
import { firstThatFits } from '../../sessions/window.ts'
import { isSmallTalk } from '../../text/small-talk.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ShownMessage } from './shown-message.ts'

/** Tokens that are kept of an older reply: its first sentence or two, or its first words if that is too much. */
const BRIEF_TOKENS = 40
const HINT_TOKENS = 14
const LEFT_OUT = ' …'
/** Tokens of the mark for omitted text, and of words that a cut may split. */
const LEFT_OUT_TOKENS = 4
/** The omission must be worth it: it must save at least this share of what is kept. */
const LEAST_SAVED_SHARE = 0.5

export interface BriefLimit {
  /** Tokens for all messages, with the text around them. */
  readonly most: number
  /** Position of the first message of the running exchange: from here on everything is shown whole if it fits. */
  readonly exchange: number
  /** Position of the last message before the answered ones: it is shown whole in any case. */
  readonly last: number
  /** Positions of the messages that the search found, the best first: their replies are shortened last. */
  readonly found: readonly number[]
  /** Position from which messages cannot be found, because they are promised to be shown: shortened even later. */
  readonly promised: number
  /** Whether only the messages that are shown whole matter: then the remaining tokens are counted, but no reply is cut. */
  readonly draft: boolean
}

/** Messages of a window, oldest first. */
export interface FittedMessages {
  readonly messages: readonly ShownMessage[]
  /** Position of the first of them in the window. */
  readonly first: number
  /** Tokens of these messages in the request; above the limit only if the last two alone exceed it. */
  readonly tokens: number
  /** Of a draft: cuts the reply that gets the remaining tokens; unset if none does. */
  readonly finished?: () => FittedMessages
}

/** The short form of the message at a position in the window. */
type Shorten = (message: ShownMessage, at: number) => ShownMessage

type Shortened = WeakMap<ShownMessage, ShownMessage>

/** Caches the beginnings of long replies: a window keeps its messages for many turns, so each is shortened once. */
export class BriefReplies {
  readonly #counter: TokenCounter
  readonly #briefs: Shortened = new WeakMap()
  readonly #hints: Shortened = new WeakMap()
  /** Caches whether a person's message is small talk. */
  readonly #idle = new WeakMap<ShownMessage, boolean>()

  constructor(counter: TokenCounter) {
    this.#counter = counter
  }

  /**
   * Shortens the replies that `fit` may have to shorten, newest first, in steps between which other work gets its turn:
   * after a start, the replies of a long session take a tenth of a second.
   * @param costs tokens of each message in the request
   * @param limit the largest limit of `fit`
   */
  async prepare(
    window: readonly ShownMessage[],
    costs: readonly number[],
    { most, exchange }: Pick<BriefLimit, 'most' | 'exchange'>,
  ): Promise<void> {
    const slices = new TimeSlices(ANSWER_SLICE_MS)
    const toBriefs = this.#toBriefs(window)
    let tokens = 0
    for (let at = window.length - 1; at >= 0; at--) {
      const message = window[at]
      if (message === undefined) break
      const isOld = at < exchange
      if (isOld) toBriefs(message, at)
      // First words are needed only of the replies that fit in this form.
      if (tokens <= most) {
        const shown = isOld ? this.#toHints(message) : message
        tokens += (costs[at] ?? 0) - message.tokens + shown.tokens
      }
      if (slices.isOver) await slices.pause()
    }
  }

  /**
   * Fits messages into their limit: only as many replies as necessary are shortened, the oldest first. The last two
   * messages stay whatever their size. With a larger limit, no message that was shown is shown shorter.
   * @param window oldest first
   * @param costs tokens of each message in the request
   * @param total their sum
   */
  fit(window: readonly ShownMessage[], costs: readonly number[], total: number, limit: BriefLimit): FittedMessages {
    const { most } = limit
    if (total <= most) return { messages: window, first: 0, tokens: total }
    const toBriefs = this.#toBriefs(window)
    const briefs = this.#withBriefs(window, total, limit, toBriefs)
    if (briefs !== undefined) return briefs
    const hints = this.#shortened(window, costs, limit, this.#toHints)
    if (fitsWhole(hints, most)) return this.#lengthened(hints, window, limit, toBriefs)
    return hints.first > limit.exchange && limit.exchange < limit.last ? this.#exchange(window, costs, limit) : hints
  }

  /**
   * All messages, with as few replies shortened to their beginnings as possible, the least important first; the last of
   * them gets the remaining tokens. `undefined` if they do not fit even if all are shortened.
   */
  #withBriefs(
    window: readonly ShownMessage[],
    total: number,
    limit: BriefLimit,
    toBriefs: Shorten,
  ): FittedMessages | undefined {
    const { most } = limit
    if (total - repliesToShorten(window, limit.exchange) > most) return undefined
    const messages = [...window]
    let tokens = total
    for (const at of this.#leastFirst(window, limit)) {
      const whole = window[at]
      if (whole === undefined) continue
      const short = toBriefs(whole, at)
      messages[at] = short
      tokens -= whole.tokens - short.tokens
      if (tokens <= most) return this.#withRemainder({ messages, first: 0, tokens }, { at, whole, short }, limit)
    }
    return undefined
  }

  /** Positions of replies that may be shortened to their beginnings, the least important first. */
  #leastFirst(window: readonly ShownMessage[], limit: BriefLimit): readonly number[] {
    const mayBeShort = (at: number): boolean => at < limit.exchange && isLonger(window[at], BRIEF_TOKENS)
    return [...new Set(this.#byWorth(window, mayBeShort, limit))].reverse()
  }

  /** Gives the remaining tokens to a shortened message, unless this is a draft. */
  #withRemainder(
    shown: Shown,
    { at, whole, short }: { readonly at: number; readonly whole: ShownMessage; readonly short: ShownMessage },
    { most, draft }: BriefLimit,
  ): FittedMessages {
    const left = most - shown.tokens
    const finished = (): FittedMessages => {
      const longest = this.#beginning(whole, short.tokens + left)
      const added = longest.tokens - short.tokens
      if (added <= 0) return shown
      return { ...shown, messages: shown.messages.with(at, longest), tokens: shown.tokens + added }
    }
    return draft ? { ...shown, tokens: most, finished } : finished()
  }

  /** The running exchange alone, if it does not fit whole: its replies are shortened too, except the last message. */
  #exchange(window: readonly ShownMessage[], costs: readonly number[], limit: BriefLimit): FittedMessages {
    const from = Math.max(0, limit.exchange)
    const inExchange = costs.slice(from)
    const total = inExchange.reduce((sum, each) => sum + each, 0)
    const fitted = this.fit(window.slice(from), inExchange, total, {
      ...limit,
      exchange: limit.last - from,
      last: limit.last - from,
      found: limit.found.map(at => at - from).filter(at => at >= 0),
      promised: limit.promised - from,
    })
    const later = ({ first, finished, ...rest }: FittedMessages): FittedMessages => ({
      ...rest,
      first: first + from,
      ...(finished === undefined ? {} : { finished: () => later(finished()) }),
    })
    return later(fitted)
  }

  /** The newest messages that fit if every older reply is shortened. Messages before them are not examined. */
  #shortened(
    window: readonly ShownMessage[],
    costs: readonly number[],
    { most, exchange }: BriefLimit,
    shorten: Shorten,
  ): Shown {
    const newest: ShownMessage[] = []
    let tokens = 0
    let last = 0
    const first = firstThatFits(window.length, most, at => {
      const message = window[at]
      if (message === undefined) return 0
      const shown = at < exchange ? shorten(message, at) : message
      last = (costs[at] ?? 0) - message.tokens + shown.tokens
      newest.push(shown)
      tokens += last
      return last
    })
    // The first message that does not fit was examined too.
    if (first > 0) {
      newest.pop()
      tokens -= last
    }
    return { messages: newest.reverse(), first, tokens }
  }

  /**
   * Restores the longer form of as many replies as fit, the most important first; the first that does not fit as a
   * whole gets the remaining tokens.
   */
  #lengthened(shown: Shown, window: readonly ShownMessage[], limit: BriefLimit, longer: Shorten): FittedMessages {
    const { messages } = shown
    let left = limit.most - shown.tokens
    for (const at of this.#byWorth(window, place => messages[place] !== window[place], limit)) {
      const [whole, short] = [window[at], messages[at]]
      if (whole === undefined || short === undefined) continue
      const message = longer(whole, at)
      if (short === message) continue
      const more = message.tokens - short.tokens
      if (more > left) {
        return this.#withRemainder({ ...shown, tokens: limit.most - left }, { at, whole: message, short }, limit)
      }
      messages[at] = message
      left -= more
    }
    return { ...shown, tokens: limit.most - left }
  }

  /**
   * Positions of messages before the exchange that are or may be shortened, the most important first: those that are
   * promised, those that were found, and the others, newest first; replies to small talk last. One that was found may
   * come again in its own place.
   */
  *#byWorth(
    window: readonly ShownMessage[],
    isShort: (at: number) => boolean,
    { exchange, found, promised }: BriefLimit,
  ): Generator<number> {
    const idle: number[] = []
    let first = true
    for (let at = Math.min(exchange, window.length) - 1; at >= 0; at--) {
      if (first && at < promised) {
        first = false
        yield* found.filter(isShort)
      }
      if (!isShort(at)) continue
      if (this.#isIdle(window, at)) idle.push(at)
      else yield at
    }
    yield* idle
  }

  /** Whether the message at a position replies to small talk. */
  #isIdle(window: readonly ShownMessage[], at: number): boolean {
    const asked = window[at - 1]
    if (asked === undefined || asked.role !== 'user') return false
    const known = this.#idle.get(asked)
    if (known !== undefined) return known
    const idle = isSmallTalk(asked.content)
    this.#idle.set(asked, idle)
    return idle
  }

  /** Shortens replies to their beginnings, and those to small talk to their first words. */
  #toBriefs(window: readonly ShownMessage[]): Shorten {
    return (message, at) => {
      if (!isLonger(message, BRIEF_TOKENS)) return message
      return this.#isIdle(window, at)
        ? this.#toHints(message)
        : this.#beginningOnce(message, BRIEF_TOKENS, this.#briefs)
    }
  }

  readonly #toHints = (message: ShownMessage): ShownMessage => this.#beginningOnce(message, HINT_TOKENS, this.#hints)

  #beginningOnce(message: ShownMessage, most: number, known: Shortened): ShownMessage {
    if (!isLonger(message, most)) return message
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

/** Whether a message is a reply so long that it is worth shortening it to `most` tokens. */
const isLonger = (message: ShownMessage | undefined, most: number): boolean =>
  message?.role === 'assistant' && message.tokens >= most * (1 + LEAST_SAVED_SHARE)

/** Tokens of the replies before the exchange that may be shortened to their beginnings. */
const repliesToShorten = (window: readonly ShownMessage[], exchange: number): number => {
  let tokens = 0
  for (let at = Math.min(exchange, window.length) - 1; at >= 0; at--) {
    const message = window[at]
    if (message !== undefined && isLonger(message, BRIEF_TOKENS)) tokens += message.tokens
  }
  return tokens
}

interface Shown extends FittedMessages {
  readonly messages: ShownMessage[]
}

/** Whether no message was left out. */
const fitsWhole = ({ first, tokens }: Shown, most: number): boolean => first === 0 && tokens <= most
