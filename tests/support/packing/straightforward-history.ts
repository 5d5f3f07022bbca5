/** The rule by which a history is packed, written down as simply as possible: the packer must choose the same. */
import type { HistoryLimit } from '../../../src/conversation/packing/pack-history.ts'
import type { ShownMessage } from '../../../src/conversation/packing/shown-message.ts'
import { cutStart } from '../../../src/text/cut.ts'
import { isSmallTalk } from '../../../src/text/small-talk.ts'
import type { TokenCounter } from '../../../src/text/tokens.ts'

const BRIEF_TOKENS = 40
const HINT_TOKENS = 14

/** Texts that are shown of a window. `around`: tokens that the request takes around each message. */
export const straightforwardHistory = (
  window: readonly ShownMessage[],
  { from, exchange, tokens: most, answered, ...limit }: HistoryLimit & { readonly from: number },
  { content, around, counter }: { readonly content: number; readonly around: number; readonly counter: TokenCounter },
): readonly string[] => {
  const within = dropOldest(window.slice(from), content, each => each.tokens)
  const cost = (message: ShownMessage): number => message.tokens + around
  const sum = (messages: readonly ShownMessage[]): number => messages.reduce((all, each) => all + cost(each), 0)
  const room = most + sum(within.filter(({ message_id }) => answered.has(message_id)))
  if (sum(within) <= room) return textsOf(within)
  const left = window.length - within.length
  const before = exchange - left
  const at = (tokens: number): ShownMessage[] =>
    within.map((message, place) => (place < before ? beginningOf(message, tokens, counter) : message))
  const hints = at(HINT_TOKENS)
  // What replies to small talk and is too long for a beginning has only its first words.
  const briefs = at(BRIEF_TOKENS).map((brief, place) =>
    brief !== within[place] && repliesToSmallTalk(within, place) ? (hints[place] ?? brief) : brief,
  )
  const [shorter, longer] = sum(briefs) <= room ? [briefs, within] : [hints, briefs]
  if (sum(shorter) > room) {
    const last = within.findIndex(({ message_id }) => answered.has(message_id)) - 1
    const running = Math.max(0, before)
    if (sum(within.slice(running)) <= room || running >= last) return textsOf(dropOldest(shorter, room, cost))
    const alone = { ...limit, from: left + running, exchange: left + last, tokens: most, answered }
    return straightforwardHistory(window, alone, { content, around, counter })
  }
  const shown = [...shorter]
  const found = limit.found.map(place => place - left)
  const places = byWorth(within, { before, found, promised: limit.promised - left })
  for (const place of places) {
    const [more, less] = [longer[place], shown[place]]
    if (more === undefined || less === undefined || more === less) continue
    const free = room - sum(shown)
    if (more.tokens - less.tokens > free) {
      const longest = cutOf(more, less.tokens + free, counter)
      if (longest.tokens > less.tokens) shown[place] = longest
      break
    }
    shown[place] = more
  }
  return textsOf(shown)
}

const textsOf = (messages: readonly ShownMessage[]): readonly string[] => messages.map(({ content }) => content)

const dropOldest = (
  window: readonly ShownMessage[],
  most: number,
  cost: (message: ShownMessage) => number,
): readonly ShownMessage[] =>
  window.length > 2 && window.reduce((sum, each) => sum + cost(each), 0) > most
    ? dropOldest(window.slice(1), most, cost)
    : window

const byWorth = (
  messages: readonly ShownMessage[],
  {
    before,
    found,
    promised,
  }: { readonly before: number; readonly found: readonly number[]; readonly promised: number },
): readonly number[] => {
  const replies = messages
    .map((_, place) => place)
    .filter(place => place < before && messages[place]?.role === 'assistant')
    .reverse()
  const isIdle = (place: number): boolean => repliesToSmallTalk(messages, place)
  const telling = replies.filter(place => !isIdle(place))
  const [sure, others] = [telling.filter(place => place >= promised), telling.filter(place => place < promised)]
  return [...sure, ...found, ...others, ...replies.filter(isIdle)]
}

const repliesToSmallTalk = (messages: readonly ShownMessage[], place: number): boolean => {
  const asked = messages[place - 1]
  return asked?.role === 'user' && isSmallTalk(asked.content)
}

const beginningOf = (message: ShownMessage, tokens: number, counter: TokenCounter): ShownMessage =>
  message.role !== 'assistant' || message.tokens < 1.5 * tokens ? message : cutOf(message, tokens, counter)

const cutOf = (message: ShownMessage, tokens: number, counter: TokenCounter): ShownMessage => {
  const kept = counter.cut(message.content, Math.max(1, tokens - 4), 'start')
  const content = `${cutStart(message.content, kept.length).trimEnd()} …`
  return { ...message, content, tokens: counter.count(content) }
}
