/**
 * Chooses the part of a session's window that goes into a request: the newest messages, shortened if they are too long.
 */
import { MESSAGE_TOKENS } from '../../models/message-tokens.ts'
import type { MessageId } from '../../messages/message.ts'
import { once } from '../../platform/once.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import { firstThatFits, fitWindow, windowTokens } from '../../sessions/window.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { BriefReplies, FittedMessages } from './brief-replies.ts'
import type { PackedCandidate, PackingReason, PartBudget } from './packing-record.ts'
import { datedMessages, senderPrefix } from './render-context.ts'
import type { ChatKind, ShownMessage } from './shown-message.ts'
import type { TokenCosts } from './token-costs.ts'

export interface PackedHistory {
  /** Oldest first: the newest of the window, some possibly shortened; the newest message is always among them. */
  readonly messages: readonly ShownMessage[]
  /** Position of the first of them in the window. */
  readonly first: number
  /** Tokens in the request, including the text around the messages. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
  /** When the parts of the conversation were written: see `datedMessages`. */
  readonly times: ReadonlyMap<MessageId, string>
  /** Messages that are shown whole: they need not be recalled. */
  readonly whole: readonly ShownMessage[]
  /** The part of `tokens` that the answered messages use; 0 without a `HistoryLimit`. */
  readonly answered_tokens: number
  /** Tokens of each message that is shown but not answered. */
  readonly taken: readonly number[]
  /** Of a draft: the history as the request shows it; unset if the draft is that already. */
  readonly finished?: (() => PackedHistory) | undefined
}

/** The part of the turn's budget that is left for the history. */
export interface HistoryLimit {
  /** Position in the window of the first message of the running exchange, which is shown whole if it fits. */
  readonly exchange: number
  /** Tokens for the messages before the answered ones, including the text around them. */
  readonly tokens: number
  /** Messages to answer: they are not part of the budget. */
  readonly answered: ReadonlySet<MessageId>
  /** Positions in the window of the messages that the search found, the best first: see `BriefLimit`. */
  readonly found: readonly number[]
  /** Position in the window from which messages are shown whole if the budget allows it: see `BriefLimit`. */
  readonly promised: number
  /** Whether only the messages that are shown whole matter: see `BriefLimit`. */
  readonly draft?: boolean
}

/** Share of the budget that the second newest message keeps if the last two together are too long. */
const EARLIER_SHARE = 0.25
/** Share of a shortened message that is its beginning; the rest is its end. */
const BEGINNING_SHARE = 0.75
/** Tokens reserved for the mark that replaces omitted text. */
const MARK_TOKENS = 16
/** With less room than this for two messages, the newest gets all of it. */
const LEAST_FOR_TWO = 8 * MARK_TOKENS
/** With less room than this, a message keeps only its beginning. */
const LEAST_FOR_ENDS = 2 * MARK_TOKENS

/** The part of a window that fits the budgets of the history and of the whole request, and the cost of each message. */
export interface MeasuredWindow {
  readonly window: readonly ShownMessage[]
  readonly budget: PartBudget
  /** The newest messages, oldest first. */
  readonly withinRoom: readonly ShownMessage[]
  /** Tokens of each of them in the request. */
  readonly costs: readonly number[]
  /** Their sum. */
  readonly total: number
  readonly times: ReadonlyMap<MessageId, string>
  /** Tokens around a message that is partly shown. */
  readonly around: (message: ShownMessage) => number
  /**
   * Positions in the window of the first messages that are needed, within the budget of the part, and within the
   * request.
   */
  readonly firsts: readonly number[]
}

/**
 * Measures each message of a window once, however often it is packed afterwards.
 * @param window oldest first
 * @param from position of the first message that is needed
 */
export const measureWindow = (
  window: readonly ShownMessage[],
  budget: PartBudget,
  { chat_kind, zone }: { readonly chat_kind: ChatKind; readonly zone: TimeZone },
  costs: TokenCosts,
  from = 0,
): MeasuredWindow => {
  const needed = from === 0 ? window : window.slice(from)
  const withinContent = fitWindow(needed, budget.content)
  const dated = datedMessages(withinContent, zone)
  const times = new Map(dated.map(({ message_id, time }) => [message_id, time]))
  const timeTokens = (message: ShownMessage): number => costs.repeated(times.get(message.message_id) ?? '')
  const all = withinContent.map(message => message.tokens + surroundingTokens(message, chat_kind, costs))
  for (const { place, time } of dated) all[place] = (all[place] ?? 0) + costs.repeated(time)
  const inRoom = budget.room === Infinity ? 0 : firstThatFits(all.length, budget.room, at => all[at] ?? 0)
  const withinRoom = inRoom === 0 ? withinContent : withinContent.slice(inRoom)
  const roomCosts = inRoom === 0 ? all : all.slice(inRoom)
  return {
    window,
    budget,
    withinRoom,
    costs: roomCosts,
    total: roomCosts.reduce((sum, tokens) => sum + tokens, 0),
    times,
    around: message => surroundingTokens(message, chat_kind, costs) + timeTokens(message),
    firsts: [needed, withinContent, withinRoom].map(({ length }) => window.length - length),
  }
}

/** What packing the history needs. */
export interface HistoryTools {
  readonly costs: TokenCosts
  readonly replies: BriefReplies
}

/** Packs the history of one request. */
export const packHistory = (
  measured: MeasuredWindow,
  { costs, replies }: HistoryTools,
  limit?: HistoryLimit,
): PackedHistory => {
  const { window, withinRoom, costs: roomCosts, total } = measured
  const answered = answeredPlaces(withinRoom, limit?.answered)
  const most =
    limit === undefined ? Infinity : answered.reduce((sum, at) => sum + (roomCosts[at] ?? 0), 0) + limit.tokens
  const before = window.length - withinRoom.length
  const withinTurn =
    limit === undefined
      ? { messages: withinRoom, first: 0, tokens: total }
      : replies.fit(withinRoom, roomCosts, total, {
          most,
          exchange: limit.exchange - before,
          last: (answered.at(-1) ?? withinRoom.length - 1) - 1,
          found: limit.found.map(at => at - before).filter(at => at >= 0),
          promised: limit.promised - before,
          draft: limit.draft === true,
        })
  return packedHistory(measured, withinTurn, { answered, most, limit, counter: costs.counter })
}

/** The history of messages that fit the turn: the last two may still be too long. */
const packedHistory = (
  measured: MeasuredWindow,
  withinTurn: FittedMessages,
  about: {
    readonly answered: readonly number[]
    /** Tokens for all messages, with the text around them. */
    readonly most: number
    readonly limit: HistoryLimit | undefined
    readonly counter: TokenCounter
  },
): PackedHistory => {
  const { window, budget, withinRoom, costs: roomCosts, times, around } = measured
  const { answered, most, limit, counter } = about
  const { finished } = withinTurn
  const before = window.length - withinRoom.length
  const room = Math.min(budget.room, most) - (withinTurn.tokens - windowTokens(withinTurn.messages))
  const messages = fitLast(measured, withinTurn.messages, { room, limit, answered, counter })
  const inWindow = window.length - messages.length
  /** Position of the first packed message in `withinRoom`. */
  const inRoom = inWindow - before
  const costOf = (message: ShownMessage, at: number): number => {
    const [cost = 0, whole = message] = [roomCosts[inRoom + at], withinRoom[inRoom + at]]
    if (message === whole) return cost
    // A person's message that was cut has fewer lines.
    return message.tokens + (message.role === 'user' ? around(message) : cost - whole.tokens)
  }
  const packedCosts = once(() => messages.map(costOf))
  const whole = once(() =>
    messages === withinRoom ? messages : messages.filter((message, at) => message === window[inWindow + at]),
  )
  const candidates = once(() => {
    const whyShortened = shorteningReason(budget, { room, most }, limit)
    return decisionsOf(measured, { messages, costs: packedCosts(), whyShortened })
  })
  return {
    messages,
    first: inWindow,
    tokens: messages === withinTurn.messages ? withinTurn.tokens : packedCosts().reduce((sum, each) => sum + each, 0),
    times,
    answered_tokens: answered.reduce((sum, at) => {
      const message = messages[at - inRoom]
      return message === undefined ? sum : sum + costOf(message, at - inRoom)
    }, 0),
    // Computed on demand, because a window may be packed several times until it is clear what fits.
    get whole() {
      return whole()
    },
    get candidates() {
      return candidates()
    },
    get taken() {
      return answered.length === 0 ? packedCosts() : packedCosts().filter((_, at) => !answered.includes(at + inRoom))
    },
    finished: finished && (() => packedHistory(measured, finished(), about)),
  }
}

/**
 * The last two messages stay, so they alone may be too long: then they are shortened.
 * @param messages the newest of the window; more than two fit
 * @param room tokens for their texts
 */
const fitLast = (
  { budget, withinRoom, costs }: MeasuredWindow,
  messages: readonly ShownMessage[],
  {
    room,
    limit,
    answered,
    counter,
  }: {
    readonly room: number
    readonly limit: HistoryLimit | undefined
    readonly answered: readonly number[]
    readonly counter: TokenCounter
  },
): readonly ShownMessage[] => {
  if (messages.length > 2) return messages
  const place = withinRoom.length - 2
  const isFree = limit === undefined || messages.length < 2 || answered.includes(place)
  const around = (costs[place] ?? 0) - (withinRoom[place]?.tokens ?? 0)
  return fitLongMessages(
    messages,
    Math.min(budget.content, room),
    counter,
    room,
    isFree ? Infinity : Math.max(0, limit.tokens - around),
  )
}

/** The decision for each message of a window. `costs`: tokens of the packed messages in the request. */
const decisionsOf = (
  { window, firsts }: MeasuredWindow,
  {
    messages,
    costs,
    whyShortened,
  }: {
    readonly messages: readonly ShownMessage[]
    readonly costs: readonly number[]
    readonly whyShortened: (at: number) => PackingReason
  },
): readonly PackedCandidate[] => {
  const inWindow = window.length - messages.length
  const whyLeft = (at: number): PackingReason => LEFT_BECAUSE[firsts.findIndex(first => at < first)] ?? 'turn_budget'
  return window.map((message, at) => {
    const packed = messages[at - inWindow]
    return packed === undefined
      ? { ...candidateOf(message, message.tokens), outcome: 'left', reason: whyLeft(at) }
      : {
          ...candidateOf(message, costs[at - inWindow] ?? 0),
          ...(packed === message ? TAKEN : shortenedBy(whyShortened(at))),
        }
  })
}

/**
 * Why the message at a position in the window is shortened.
 * @param left tokens that the request leaves for the texts, and the limit leaves for the messages
 */
const shorteningReason =
  (
    budget: PartBudget,
    left: { readonly room: number; readonly most: number },
    limit: HistoryLimit | undefined,
  ): ((at: number) => PackingReason) =>
  at => {
    if (limit !== undefined && at < limit.exchange) return 'turn_budget'
    if (left.room >= budget.content) return 'history_budget'
    return left.most < budget.room ? 'turn_budget' : 'request_budget'
  }

/** Positions of the messages to answer, which are among the newest: the others are not examined. */
const answeredPlaces = (
  window: readonly ShownMessage[],
  answered: ReadonlySet<MessageId> = new Set(),
): readonly number[] => {
  const places: number[] = []
  for (let at = window.length - 1; at >= 0 && places.length < answered.size; at--) {
    const message = window[at]
    if (message !== undefined && answered.has(message.message_id)) places.push(at)
  }
  return places
}

const candidateOf = (
  { message_id: id }: ShownMessage,
  tokens: number,
): Pick<PackedCandidate, 'id' | 'kind' | 'tokens'> => ({ id, kind: 'message', tokens })

type Decision = Pick<PackedCandidate, 'outcome' | 'reason'>
const TAKEN: Decision = { outcome: 'taken', reason: 'fits' }
const shortenedBy = (reason: PackingReason): Decision => ({ outcome: 'shortened', reason })

/** Why the oldest messages leave the history, in the order in which they do. */
const LEFT_BECAUSE: readonly PackingReason[] = ['not_needed', 'history_budget', 'request_budget']

/** Tokens besides the text: role, name, and the indentation of continuation lines. */
const surroundingTokens = (message: ShownMessage, chat_kind: ChatKind, costs: TokenCosts): number => {
  const prefix = senderPrefix(message, chat_kind)
  if (prefix === '') return MESSAGE_TOKENS
  const lines = message.content.match(/[\n\r\u2028\u2029]/g)?.length ?? 0
  return MESSAGE_TOKENS + costs.repeated(prefix) + 2 * lines
}

/**
 * The rule for messages larger than the budget. The last two messages always stay in the window. If these alone exceed
 * it, the request contains them shortened: the newest gets what the other one leaves (at least three quarters), and
 * each keeps its beginning (three quarters) and its end, with a mark between. On disk the messages stay complete. If
 * the room of the request is too small for two, the newest gets all of it.
 * @param most_earlier tokens that the second newest message may keep
 */
export const fitLongMessages = (
  window: readonly ShownMessage[],
  max_tokens: number,
  tokens: TokenCounter,
  room = Number.POSITIVE_INFINITY,
  most_earlier = Number.POSITIVE_INFINITY,
): readonly ShownMessage[] => {
  if (windowTokens(window) <= max_tokens) return window
  const newest = window.at(-1)
  if (newest === undefined) return window
  if (room < LEAST_FOR_TWO) return [shorten(newest, room, tokens)]
  const earlier = window.at(-2)
  if (earlier !== undefined && most_earlier < Math.min(earlier.tokens, MARK_TOKENS)) {
    return [shorten(newest, max_tokens, tokens)]
  }
  const forEarlier =
    earlier === undefined ? 0 : Math.min(earlier.tokens, Math.floor(max_tokens * EARLIER_SHARE), most_earlier)
  const forNewest = Math.min(newest.tokens, max_tokens - forEarlier)
  const shortened = earlier === undefined ? [] : [shorten(earlier, max_tokens - forNewest, tokens)]
  return [...shortened, shorten(newest, forNewest, tokens)]
}

const shorten = (message: ShownMessage, max_tokens: number, tokens: TokenCounter): ShownMessage => {
  if (message.tokens <= max_tokens) return message
  if (max_tokens < LEAST_FOR_ENDS) {
    const beginning = tokens.cut(message.content, Math.max(1, max_tokens), 'start')
    return { ...message, content: beginning, tokens: Math.max(1, max_tokens) }
  }
  const kept = max_tokens - MARK_TOKENS
  const beginning = Math.floor(kept * BEGINNING_SHARE)
  const content = [
    tokens.cut(message.content, beginning, 'start'),
    `[… ${String(message.tokens - kept)} tokens left out …]`,
    tokens.cut(message.content, kept - beginning, 'end'),
  ].join(' ')
  return { ...message, content, tokens: max_tokens }
}
