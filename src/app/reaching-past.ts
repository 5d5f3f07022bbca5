import type { MemoryAudit } from '../memory/memory-audit.ts'
import type { PastMessages } from '../memory/past-messages.ts'
import type { MessageFeed } from '../messages/message-feed.ts'
import { personOfScope } from '../messages/scope.ts'
import { describeScope } from '../operations/references.ts'
import type { People } from '../people/people.ts'
import { isFarReaching, MOST_OTHERS } from './reaching-memory.ts'

export interface ReachingPastParts {
  readonly past: PastMessages
  readonly messages: Pick<MessageFeed, 'recentScopes'>
  readonly people: Pick<People, 'find'>
  readonly audit: MemoryAudit
  /** `memory.godfather_scope` */
  readonly godfather_scope: 'own' | 'all'
}

/**
 * What was said, as the road asks it: the godfather, where configured, finds what was said in other conversations too,
 * each quote with whose it is, and every such find is written down.
 */
export const reachingPast = ({ past, messages, people, audit, godfather_scope }: ReachingPastParts): PastMessages => ({
  ...past,
  recall: async (reach, question, limits, call) => {
    if (!(await isFarReaching(people, reach.scope, godfather_scope))) {
      return await past.recall(reach, question, limits, call)
    }
    const others = (await messages.recentScopes(MOST_OTHERS + 1)).filter(each => each !== reach.scope)
    const quotes = await past.recall({ ...reach, others }, question, limits, call)
    const by = personOfScope(reach.scope) ?? reach.scope
    const names = new Map<string, string>()
    for (const [whose, there] of Map.groupBy(quotes, quote => quote.scope)) {
      if (!others.includes(whose)) continue
      audit.write({ operation: 'recall', by, whose, message_ids: there.map(quote => quote.message_id) })
      names.set(whose, await describeScope(people, whose))
    }
    return quotes.map(quote => {
      const whose = names.get(quote.scope)
      return whose === undefined ? quote : { ...quote, whose }
    })
  },
})
