/** Divides the tokens of recall between memories and quotes. */
import { subjectStems } from '../text/content-stems.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { RecalledMemory } from '../memory/memory.ts'
import type { Quote } from './quote.ts'
import { packed } from './packing.ts'
import { fit } from '../memory/fact-ranking.ts'

/** What is put before the model: what conversations were about, and what was said in them. */
export interface PackedRecall {
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
  /** Memories that say nothing which their own words, among the quotes, do not say: not shown, but used. */
  readonly covered: readonly RecalledMemory[]
}

/** What a search found, best first. */
export interface RecallHits {
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
  /** How many of the quotes may be used. */
  readonly most_quotes: number
}

/** Share of the tokens that quotes may take, however much the memories would. */
const QUOTES_SHARE = 0.6

/** Shares `tokens` out between memories and quotes: what one side leaves, the other gets. */
export const packRecall = (
  { memories, quotes, most_quotes }: RecallHits,
  tokens: number,
  counter: TokenCounter,
): PackedRecall => {
  const for_memories = memories.reduce((sum, { memory }) => sum + counter.count(memory.text), 0)
  const for_quotes = Math.max(tokens - for_memories, Math.floor(tokens * QUOTES_SHARE))
  const chosen = packed(quotes, most_quotes, for_quotes, counter)
  const left = tokens - chosen.reduce((sum, quote) => sum + quote.tokens, 0)
  const said = new Map(chosen.map(quote => [quote.message_id, quote]))
  const covered = memories.filter(each => isCovered(each, said))
  const others = memories.filter(each => !covered.includes(each))
  return { memories: fit(others, left, counter), quotes: chosen, covered }
}

/** Whether the words that a fact was taken from are quoted, and it holds no word that they do not: “My sister” may be “she” there. */
const isCovered = ({ memory }: RecalledMemory, said: ReadonlyMap<string, Quote>): boolean => {
  const from = memory.sources.flatMap(source => said.get(source) ?? [])
  if (memory.quote === undefined || from.length === 0) return false
  const known = new Set(from.flatMap(({ text, speaker }) => subjectStems(`${text} ${speaker ?? ''}`)))
  return subjectStems(memory.text).every(each => known.has(each) || WHO_SAID_IT.has(each))
}

/** How facts speak of who said them. */
const WHO_SAID_IT: ReadonlySet<string> = new Set(subjectStems('user speaker person asker משתמש דובר'))
