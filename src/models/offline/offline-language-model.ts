/** The offline language model: it quotes, because it cannot understand. */
import { LRUCache } from 'lru-cache'
import type { TokenCounter } from '../../text/tokens.ts'
import type { LanguageModel } from '../language-model.ts'
import { composeReply } from './offline-reply.ts'
import { composeSummary } from './offline-summary.ts'

const MODEL = 'offline-extractive-1'
/**
 * Characters of texts whose token count is cached: a conversation is sent again with every turn, and counting is slow.
 */
const COUNTED_CHARACTERS = 2_000_000

/**
 * A language model without a model. It understands nothing and knows nothing, but finds the sentences in recalled and
 * earlier messages that are relevant to a question, and quotes them, labelled as offline. Its summaries are extracts.
 * English and Hebrew. Deterministic, no network: for trying DeniDin out, and for tests.
 */
export const createOfflineLanguageModel = (tokens: TokenCounter): LanguageModel => {
  const counts = new LRUCache<string, number>({
    maxSize: COUNTED_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  })
  const countOnce = (text: string): number => {
    const count = counts.get(text) ?? tokens.count(text)
    counts.set(text, count)
    return count
  }
  return {
    provider: 'offline',
    model: MODEL,
    complete: async ({ messages, max_tokens }, call) => {
      call.signal?.throwIfAborted()
      const whole = call.purpose === 'summary' ? composeSummary(messages, max_tokens, tokens) : composeReply(messages)
      const text = tokens.cut(whole, max_tokens, 'start')
      const input_tokens = messages.reduce((total, { content }) => total + countOnce(content), 0)
      return { text, usage: { input_tokens, output_tokens: tokens.count(text) } }
    },
  }
}
