import type { MessageSearch } from './message-search.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import type { CrossScopePolicy } from './cross-scope-policy.ts'

export interface CrossScopeMessagesDeps {
  readonly past: MessageSearch
  readonly messages: Pick<MessageReader, 'recentScopes'>
  readonly far: CrossScopePolicy
}

/**
 * What was said, as the road asks it: the godfather, where configured, finds what was said in other conversations too,
 * each quote with whose it is, and every such find is written down.
 */
export const crossScopeMessages = ({ past, messages, far }: CrossScopeMessagesDeps): MessageSearch => ({
  ...past,
  recall: async (reach, question, limits, call) => {
    const others = await far.extraScopes(reach.scope, limit => messages.recentScopes(limit))
    if (others.length === 0) return await past.recall(reach, question, limits, call)
    const quotes = await past.recall({ ...reach, extra_scopes: others }, question, limits, call)
    return await far.auditAndLabel(reach.scope, others, quotes, {
      scopeOf: quote => quote.scope,
      idsOf: found => ({ message_ids: found.map(quote => quote.message_id) }),
    })
  },
})
