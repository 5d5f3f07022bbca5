import type { PastMessages } from '../memory/past-messages.ts'
import type { MessageFeed } from '../messages/message-feed.ts'
import type { FarReach } from './far-reach.ts'

export interface ReachingPastParts {
  readonly past: PastMessages
  readonly messages: Pick<MessageFeed, 'recentScopes'>
  readonly far: FarReach
}

/**
 * What was said, as the road asks it: the godfather, where configured, finds what was said in other conversations too,
 * each quote with whose it is, and every such find is written down.
 */
export const reachingPast = ({ past, messages, far }: ReachingPastParts): PastMessages => ({
  ...past,
  recall: async (reach, question, limits, call) => {
    const others = await far.othersOf(reach.scope, limit => messages.recentScopes(limit))
    if (others.length === 0) return await past.recall(reach, question, limits, call)
    const quotes = await past.recall({ ...reach, others }, question, limits, call)
    return await far.told(reach.scope, others, quotes, {
      scopeOf: quote => quote.scope,
      idsOf: found => ({ message_ids: found.map(quote => quote.message_id) }),
    })
  },
})
