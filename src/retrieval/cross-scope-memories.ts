import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import { ownSearchScope } from '../memory/fact-search.ts'
import type { CrossScopePolicy } from './cross-scope-policy.ts'

export interface CrossScopeMemoriesDeps {
  readonly memory: LongTermMemory
  readonly memories: Pick<MemoryStore, 'recentScopes'>
  readonly far: CrossScopePolicy
}

/**
 * Long-term memory as the road asks it: who asks in private finds what they themselves said in groups too, and the
 * godfather, where configured, what others said. Every such find is written down.
 */
export const crossScopeMemories = ({ memory, memories, far }: CrossScopeMemoriesDeps): LongTermMemory => ({
  ...memory,
  recall: async (asked, question, call) => {
    if (typeof asked !== 'string') return await memory.recall(asked, question, call)
    const others = await far.extraScopes(asked, limit => memories.recentScopes(limit))
    const recall = await memory.recall({ ...ownSearchScope(asked), extra_scopes: others }, question, call)
    const told = await far.auditAndLabel(asked, others, recall.memories, {
      scopeOf: found => found.memory.scope,
      idsOf: found => ({ memory_ids: found.map(each => each.memory.memory_id) }),
    })
    return { ...recall, memories: told }
  },
})
