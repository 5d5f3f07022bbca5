/** Shares the tokens of recall out between memories and quotes. */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { Quote } from '../../retrieval/quote.ts'
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

/** What the search found: more quotes than may be used, so that short ones can replace long ones. */
export interface FoundCandidates extends RecallCandidates {
  /** How many of the quotes may be used. */
  readonly most_quotes: number
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
  { memories, quotes, most_quotes }: FoundCandidates,
  budget: PartBudget,
  costs: TokenCosts,
): PackedRecall => {
  const { counter } = costs
  const sizeOf = memoised(({ memory }: RecalledMemory) => counter.count(memory.text))
  const near = fitMemories(memories, budget.content, counter, sizeOf)
  const forMemories = near.reduce((sum, each) => sum + sizeOf(each), 0)
  const forQuotes = Math.max(budget.content - forMemories, Math.floor(budget.content * QUOTES_SHARE))
  const chosen = packed(quotes, most_quotes, forQuotes, counter)
  const left = budget.content - chosen.reduce((sum, quote) => sum + quote.tokens, 0)
  const byId = new Map(chosen.map(quote => [quote.message_id, quote]))
  const quoted = near.filter(each => isQuoted(each, byId))
  const others = near.filter(each => !quoted.includes(each))
  const fitting = { memories: fitMemories(others, left, counter, sizeOf), quotes: chosen }

  const memoryKind = memoryCandidates(sizeOf, costs)
  const quoteKind = quoteCandidates(costs)
  const shown = withinRoom(fitting, budget.room, memoryKind.tokensOf, quoteKind.tokensOf, costs)
  const quotedIds = new Set(quoted.map(memoryKind.idOf))
  const candidates = [
    ...decisions(memoryKind, memories, fitting.memories, shown.memories).map(each =>
      quotedIds.has(each.id) ? ({ ...each, reason: 'quoted' } as const) : each,
    ),
    ...decisions(quoteKind, quotes, fitting.quotes, shown.quotes),
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

/** How candidates of one kind are identified and counted. */
interface Kind<T> {
  readonly kind: PackedCandidate['kind']
  readonly idOf: (candidate: T) => string
  readonly textOf: (candidate: T) => string
  /** Tokens of its text. */
  readonly sizeOf: (candidate: T) => number
  /** Tokens in the request, with what surrounds the text. */
  readonly tokensOf: (candidate: T) => number
}

const memoryCandidates = (sizeOf: (memory: RecalledMemory) => number, costs: TokenCosts): Kind<RecalledMemory> => ({
  kind: 'memory',
  idOf: ({ memory }) => memory.memory_id,
  textOf: ({ memory }) => memory.text,
  sizeOf,
  tokensOf: memoised(recalled => {
    const lines = linesOf(recalled)
    // A line break is a token at least, so that the lines together are no longer than the text.
    const surroundings = costs.quotedLine(memoryPrefix(recalled), '', 0) * lines.length
    if (lines.every(isPlainJson)) return surroundings + sizeOf(recalled)
    return surroundings + sum(lines.map(line => costs.counter.count(JSON.stringify(line))))
  }),
})

const quoteCandidates = (costs: TokenCosts): Kind<Quote> => ({
  kind: 'quote',
  idOf: quote => quote.message_id,
  textOf: quote => quote.text,
  sizeOf: quote => quote.tokens,
  tokensOf: memoised(quote => costs.quotedLine(quotePrefix(quote), quote.text, quote.tokens)),
})

/** Drops from the end of the longer list until the rest, with what surrounds it, fits into the request. */
const withinRoom = (
  { memories, quotes }: RecallCandidates,
  room: number,
  memoryTokens: (memory: RecalledMemory) => number,
  quoteTokens: (quote: Quote) => number,
  costs: TokenCosts,
): RecallCandidates & Pick<PackedRecall, 'tokens'> => {
  const ofMemories = memories.map(memoryTokens)
  const ofQuotes = quotes.map(quoteTokens)
  const tokens = (): number =>
    sum(ofMemories) + sum(ofQuotes) + costs.block(RECALLED_HEADING, ofMemories.length + ofQuotes.length)
  while (ofMemories.length + ofQuotes.length > 0 && tokens() > room) {
    if (sum(ofMemories) > sum(ofQuotes)) ofMemories.pop()
    else ofQuotes.pop()
  }
  return { memories: memories.slice(0, ofMemories.length), quotes: quotes.slice(0, ofQuotes.length), tokens: tokens() }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** What became of each of `all`: `fitting` is within the budget of recall, `shown` within that of the request. */
const decisions = <T extends object>(
  { kind, idOf, textOf, sizeOf, tokensOf }: Kind<T>,
  all: readonly T[],
  fitting: readonly T[],
  shown: readonly T[],
): readonly PackedCandidate[] => {
  const fittingIds = new Set(fitting.map(idOf))
  const shownById = new Map(shown.map(each => [idOf(each), each]))
  return all.map((each): PackedCandidate => {
    const id = idOf(each)
    const inRequest = shownById.get(id)
    if (inRequest === undefined) {
      const reason: PackingReason = fittingIds.has(id) ? 'request_budget' : 'recall_budget'
      return { id, kind, tokens: sizeOf(each), outcome: 'left', reason }
    }
    const tokens = tokensOf(inRequest)
    return textOf(inRequest) === textOf(each)
      ? { id, kind, tokens, outcome: 'taken', reason: 'fits' }
      : { id, kind, tokens, outcome: 'shortened', reason: 'recall_budget' }
  })
}

/** Asks `act` once for each object. */
const memoised = <T extends object>(act: (object: T) => number): ((object: T) => number) => {
  const known = new Map<T, number>()
  return object => {
    const result = known.get(object) ?? act(object)
    known.set(object, result)
    return result
  }
}
