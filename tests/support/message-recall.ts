import { UTC } from '../../src/platform/time-zone.ts'
import { packRecall } from '../../src/conversation/packing/pack-recall.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import type { MessageId } from '../../src/messages/message.ts'
import type { SearchScope } from '../../src/messages/scope.ts'
import type { CallContext } from '../../src/models/language-model.ts'
import { noSimilarFacts, type MessageQuestion, type MessageSearch } from '../../src/retrieval/message-search.ts'
import type { Quote } from '../../src/retrieval/quote.ts'
import { scopeEntries } from '../../src/retrieval/scope-entries.ts'
import type { TokenCounter } from '../../src/text/tokens.ts'

export interface RecallLimits {
  /** Most quotes; questions for a list get twice as many, as far as the tokens reach. */
  readonly quotes: number
  /** Most tokens of all quoted texts together. */
  readonly tokens: number
  readonly exclude?: ReadonlySet<MessageId>
}

/** The search in messages with its hits packed into a number of tokens, as a request to the model holds them. */
export interface MessageRecall {
  recall(
    scope: SearchScope,
    question: MessageQuestion,
    limits: RecallLimits,
    call: CallContext,
  ): Promise<readonly Quote[]>
}

export const packedRecall = (
  search: MessageSearch,
  tokens: TokenCounter,
  costs = new TokenCosts(tokens),
): MessageRecall => ({
  recall: async (scope, question, { tokens: most, ...limits }, call) => {
    await search.indexNewest(scope)
    const entries = await scopeEntries(scope, [search])
    const found = await search.findRelevant(entries, question, limits, noSimilarFacts, call)
    return packRecall({ ...found, memories: [], zone: UTC }, { content: most, room: Infinity }, costs).quotes
  },
})
