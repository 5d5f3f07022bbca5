/** What recall found for a turn, and its texts: cut and counted once, however often they are packed. */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { MessageId } from '../../messages/message.ts'
import { once } from '../../platform/once.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import { inPackingOrder } from '../../retrieval/packing-order.ts'
import type { Quote } from '../../retrieval/quote.ts'
import type { QuestionWords } from '../../text/passages.ts'
import { FoundText } from './found-text.ts'
import { MeasuredText } from './measured-texts.ts'
import { dayLine, linesOf, memoryPrefix, nowSuffix, quotePrefix } from './render-context.ts'
import { isPlainJson, type TokenCosts } from './token-costs.ts'

/** The results of recall: facts and summaries, and messages; best first. */
export interface RecallCandidates {
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
}

/** The results of the search: more quotes than may be used. */
export interface FoundCandidates extends RecallCandidates {
  /** Quotes from the window of the running session, best first: they have additional tokens. */
  readonly session?: readonly Quote[]
  /** Messages among `quotes` that have left the window of the running session: they have additional tokens too. */
  readonly left_window?: ReadonlySet<MessageId>
  /** How many of the other quotes may be used. */
  readonly most_quotes: number
  /** The words of the question: of long texts, the passages that contain them come first. */
  readonly words: QuestionWords
}

/** The result if nothing is searched for. */
export const NOTHING_FOUND: FoundCandidates = { memories: [], quotes: [], most_quotes: 0, words: new Map() }

/** The found texts, and how they are written. */
export interface DatedCandidates extends FoundCandidates {
  /** The zone in which their days are written. */
  readonly zone: TimeZone
}

/** The found texts. */
export interface FoundTexts {
  readonly memories: readonly FoundText<RecalledMemory>[]
  readonly quotes: readonly FoundText<Quote>[]
  readonly session: readonly FoundText<Quote>[]
  readonly left_window: ReadonlySet<MessageId>
  /** Positions in `quotes` of those that may be used, in the order in which they are packed. */
  readonly order: readonly number[]
}

export const textsOf = (
  { memories, quotes, session = [], left_window = new Set(), most_quotes, words, zone }: DatedCandidates,
  costs: TokenCosts,
): FoundTexts => ({
  memories: memories.map(
    recalled =>
      new FoundText({
        item: recalled,
        words,
        text: recalled.memory.text,
        tokens: costs.repeated(recalled.memory.text),
        day: () => dayLine(recalled.memory.said_to, zone),
        withText: (text): RecalledMemory => ({ ...recalled, memory: { ...recalled.memory, text } }),
        lineTokens: (shown, tokens) => memoryLineTokens(shown, tokens, costs, zone) + nowTokens(shown, costs),
        added_tokens: nowTokens(recalled, costs),
        counter: costs.counter,
        measured: once(() => new MeasuredText(recalled.memory.text)),
      }),
  ),
  quotes: quotes.map(quote => quoteText(quote, words, zone, costs)),
  session: session.map(quote => quoteText(quote, words, zone, costs)),
  left_window,
  order: inPackingOrder(
    quotes.map(({ tokens, score }, at) => ({ tokens, score, at })),
    most_quotes,
  ).map(({ at }) => at),
})

const quoteText = (quote: Quote, words: QuestionWords, zone: TimeZone, costs: TokenCosts): FoundText<Quote> =>
  new FoundText({
    item: quote,
    words,
    text: quote.text,
    tokens: quote.tokens,
    day: () => dayLine(quote.sent_at, zone),
    withText: (text, tokens): Quote => ({ ...quote, text, tokens }),
    lineTokens: (shown, tokens) =>
      costs.quotedLine(quotePrefix(shown, zone), shown.text, tokens) + nowTokens(shown, costs),
    added_tokens: nowTokens(quote, costs),
    counter: costs.counter,
    measured: once(() => costs.measured.ofFound(quote)),
  })

/** Tokens of the later statements after an outdated text. */
const nowTokens = (hit: Pick<Quote, 'now'>, costs: TokenCosts): number => costs.repeated(nowSuffix(hit))

const memoryLineTokens = (recalled: RecalledMemory, tokens: number, costs: TokenCosts, zone: TimeZone): number => {
  const lines = linesOf(recalled)
  // A line break has at least one token, so the lines together are no longer than the text.
  const surroundings = costs.quotedLine(memoryPrefix(recalled, zone), '', 0) * lines.length
  if (lines.every(isPlainJson)) return surroundings + tokens
  return surroundings + lines.reduce((sum, line) => sum + costs.counter.count(JSON.stringify(line)), 0)
}
