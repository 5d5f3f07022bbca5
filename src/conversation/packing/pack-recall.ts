/** Shares the tokens of recall out between memories and quotes. */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { Quote } from '../../retrieval/message-recall.ts'
import { packed } from '../../retrieval/packing.ts'
import { subjectStems } from '../../text/content-stems.ts'
import { fitMemories } from './fit-memories.ts'
import type { PackedCandidate, PackingReason, PartBudget } from './packing-record.ts'
import { linesOf, memoryPrefix, quotePrefix, RECALLED_HEADING } from './render-context.ts'
import { isPlainJson, type TokenCosts } from './token-costs.ts'

/** What recall found: what conversations were about, and what was said in them; the best first. */
export interface RecallCandidates {
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
}

export interface PackedRecall extends RecallCandidates {
  /** Memories that say nothing which their own words, among the quotes, do not say: not shown, but used. */
  readonly quoted: readonly RecalledMemory[]
  /** Tokens in the request, with what surrounds the texts. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
}

/** Share of the tokens that quotes may take, however much the memories would. */
const QUOTES_SHARE = 0.6

/** Chooses what of the candidates goes into the request: what one side leaves, the other gets. */
export const packRecall = (
  { memories, quotes }: RecallCandidates,
  budget: PartBudget,
  costs: TokenCosts,
): PackedRecall => {
  const sizes = new Map<string, number>()
  const sizeOf = ({ memory: { text } }: RecalledMemory): number => {
    const size = sizes.get(text) ?? costs.counter.count(text)
    sizes.set(text, size)
    return size
  }
  const near = fitMemories(memories, budget.content, costs.counter, sizeOf)
  const forMemories = near.reduce((sum, each) => sum + sizeOf(each), 0)
  const forQuotes = Math.max(budget.content - forMemories, Math.floor(budget.content * QUOTES_SHARE))
  const chosen = packed(quotes, quotes.length, forQuotes, costs.counter)
  const left = budget.content - chosen.reduce((sum, quote) => sum + quote.tokens, 0)
  const byId = new Map(chosen.map(quote => [quote.message_id, quote]))
  const quoted = near.filter(each => isQuoted(each, byId))
  const others = near.filter(each => !quoted.includes(each))
  const fitting = fitMemories(others, left, costs.counter, sizeOf)
  const cost = { memory: memoryCost(sizeOf, costs), quote: quoteCost(costs) }
  const shown = withinRoom({ memories: fitting, quotes: chosen }, budget.room, cost, costs)
  const decided = { memories: fitting, quotes: chosen, quoted, shown }
  const candidates = [
    ...memoryDecisions(memories, decided, cost.memory, sizeOf),
    ...quoteDecisions(quotes, decided, cost.quote),
  ]
  return { ...shown, quoted, candidates }
}

/** Whether the words that a fact was taken from are quoted, and it holds no word that they do not: “My sister” may be “she” there. */
const isQuoted = ({ memory }: RecalledMemory, quotes: ReadonlyMap<string, Quote>): boolean => {
  const from = memory.sources.flatMap(source => quotes.get(source) ?? [])
  if (memory.quote === undefined || from.length === 0) return false
  const known = new Set(from.flatMap(({ text, speaker }) => subjectStems(`${text} ${speaker ?? ''}`)))
  return subjectStems(memory.text).every(each => known.has(each) || WHO_SAID_IT.has(each))
}

/** How facts speak of who said them. */
const WHO_SAID_IT: ReadonlySet<string> = new Set(subjectStems('user speaker person asker משתמש דובר'))

/** Tokens of a memory in the request, with what surrounds its lines. */
const memoryCost =
  (sizeOf: (memory: RecalledMemory) => number, costs: TokenCosts) =>
  (recalled: RecalledMemory): number => {
    const lines = linesOf(recalled)
    const prefix = memoryPrefix(recalled)
    // A line break is a token at least, so that the lines together are no longer than the text.
    const surroundings = costs.quotedLine(prefix, '', 0) * lines.length
    if (lines.every(isPlainJson)) return surroundings + sizeOf(recalled)
    return surroundings + sum(lines.map(line => costs.counter.count(JSON.stringify(line))))
  }

const quoteCost =
  (costs: TokenCosts) =>
  (quote: Quote): number =>
    costs.quotedLine(quotePrefix(quote), quote.text, quote.tokens)

interface Costs {
  readonly memory: (memory: RecalledMemory) => number
  readonly quote: (quote: Quote) => number
}

/** Drops from the end of the longer list until the rest, with what surrounds it, fits into the request. */
const withinRoom = (
  { memories, quotes }: RecallCandidates,
  room: number,
  cost: Costs,
  costs: TokenCosts,
): RecallCandidates & Pick<PackedRecall, 'tokens'> => {
  const memoryTokens = memories.map(cost.memory)
  const quoteTokens = quotes.map(cost.quote)
  const tokens = (): number =>
    sum(memoryTokens) + sum(quoteTokens) + costs.block(RECALLED_HEADING, memoryTokens.length + quoteTokens.length)
  while (memoryTokens.length + quoteTokens.length > 0 && tokens() > room) {
    if (sum(memoryTokens) > sum(quoteTokens)) memoryTokens.pop()
    else quoteTokens.pop()
  }
  return {
    memories: memories.slice(0, memoryTokens.length),
    quotes: quotes.slice(0, quoteTokens.length),
    tokens: tokens(),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** What was chosen within the budget of recall, and what of that is shown. */
interface Decided extends RecallCandidates {
  readonly quoted: readonly RecalledMemory[]
  readonly shown: RecallCandidates
}

const memoryDecisions = (
  all: readonly RecalledMemory[],
  { memories, quoted, shown }: Decided,
  cost: Costs['memory'],
  sizeOf: (memory: RecalledMemory) => number,
): readonly PackedCandidate[] => {
  const quotedIds = new Set(quoted.map(each => each.memory.memory_id))
  const fitting = new Set(memories.map(each => each.memory.memory_id))
  const byId = new Map(shown.memories.map(each => [each.memory.memory_id, each]))
  return all.map((each): PackedCandidate => {
    const id = each.memory.memory_id
    const packedMemory = byId.get(id)
    if (packedMemory !== undefined) {
      const whole = packedMemory.memory.text === each.memory.text
      return { id, kind: 'memory', tokens: cost(packedMemory), ...outcomeOf(whole) }
    }
    const reason: PackingReason = quotedIds.has(id) ? 'quoted' : fitting.has(id) ? 'request_budget' : 'recall_budget'
    return { id, kind: 'memory', tokens: sizeOf(each), outcome: 'left', reason }
  })
}

const quoteDecisions = (
  all: readonly Quote[],
  { quotes, shown }: Decided,
  cost: Costs['quote'],
): readonly PackedCandidate[] => {
  const fitting = new Set(quotes.map(quote => quote.message_id))
  const byId = new Map(shown.quotes.map(quote => [quote.message_id, quote]))
  return all.map((quote): PackedCandidate => {
    const id = quote.message_id
    const packedQuote = byId.get(id)
    if (packedQuote !== undefined) {
      return { id, kind: 'quote', tokens: cost(packedQuote), ...outcomeOf(packedQuote.text === quote.text) }
    }
    const reason: PackingReason = fitting.has(id) ? 'request_budget' : 'recall_budget'
    return { id, kind: 'quote', tokens: quote.tokens, outcome: 'left', reason }
  })
}

const outcomeOf = (whole: boolean): Pick<PackedCandidate, 'outcome' | 'reason'> =>
  whole ? { outcome: 'taken', reason: 'fits' } : { outcome: 'shortened', reason: 'recall_budget' }
