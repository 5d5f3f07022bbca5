import type { TokenCounter } from '../text/tokens.ts'
import type { RecalledMemory } from './memory.ts'
import type { Quote } from './recall/message-recall.ts'
import { packed } from './recall/packing.ts'
import { fit } from './recall.ts'

/** What is put before the model: what conversations were about, and what was said in them. */
export interface Recalled {
  readonly memories: readonly RecalledMemory[]
  readonly quotes: readonly Quote[]
}

/** Share of the tokens that quotes may take, however much the memories would. */
const QUOTES_SHARE = 0.6

/** Shares `tokens` out between memories and quotes: what one side leaves, the other gets. */
export const sharedOut = ({ memories, quotes }: Recalled, tokens: number, counter: TokenCounter): Recalled => {
  const for_memories = memories.reduce((sum, { memory }) => sum + counter.count(memory.text), 0)
  const for_quotes = Math.max(tokens - for_memories, Math.floor(tokens * QUOTES_SHARE))
  const chosen = packed(quotes, quotes.length, for_quotes, counter)
  const left = tokens - chosen.reduce((sum, quote) => sum + quote.tokens, 0)
  return { memories: fit(memories, left, counter), quotes: chosen }
}
