import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { RecalledMemory } from '../memory/memory.ts'
import type { MemoryAudit } from '../memory/memory-audit.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import { ownReach } from '../memory/reach-search.ts'
import { personOfScope, type Scope } from '../messages/scope.ts'
import { describeScope } from '../operations/references.ts'
import type { People } from '../people/people.ts'

/** Further conversations that the godfather's question reaches into, those that last gave a memory first. */
export const MOST_OTHERS = 50

export interface ReachingParts {
  readonly memory: LongTermMemory
  readonly memories: Pick<MemoryStore, 'recentScopes'>
  readonly people: Pick<People, 'find'>
  readonly audit: MemoryAudit
  /** `memory.godfather_scope` */
  readonly godfather_scope: 'own' | 'all'
}

/** Whether who asks in this scope reaches into the conversations of others: the godfather in private, where configured. */
export const isFarReaching = async (
  people: Pick<People, 'find'>,
  scope: Scope,
  godfather_scope: 'own' | 'all',
): Promise<boolean> => {
  const person_id = personOfScope(scope)
  if (godfather_scope !== 'all' || person_id === undefined) return false
  return (await people.find(person_id))?.role === 'godfather'
}

/**
 * Long-term memory as the road asks it: who asks in private finds what they themselves said in groups too, and the
 * godfather, where configured, what others said. Every such find is written down.
 */
export const reachingMemory = ({ memory, memories, people, audit, godfather_scope }: ReachingParts): LongTermMemory => {
  const othersFor = async (scope: Scope): Promise<readonly Scope[]> => {
    if (!(await isFarReaching(people, scope, godfather_scope))) return []
    return (await memories.recentScopes(MOST_OTHERS + 1)).filter(each => each !== scope)
  }

  const named = async (recalled: RecalledMemory, others: readonly Scope[]): Promise<RecalledMemory> =>
    others.includes(recalled.memory.scope)
      ? { ...recalled, whose: await describeScope(people, recalled.memory.scope) }
      : recalled

  return {
    ...memory,
    recall: async (asked, question, call) => {
      if (typeof asked !== 'string') return await memory.recall(asked, question, call)
      const others = await othersFor(asked)
      const recall = await memory.recall({ ...ownReach(asked), others }, question, call)
      if (others.length === 0) return recall
      const memories_named = await Promise.all(recall.memories.map(each => named(each, others)))
      const by = personOfScope(asked) ?? asked
      for (const whose of new Set(
        memories_named.filter(each => each.whose !== undefined).map(each => each.memory.scope),
      )) {
        const memory_ids = recall.memories
          .filter(each => each.memory.scope === whose)
          .map(each => each.memory.memory_id)
        audit.write({ operation: 'recall', by, whose, memory_ids })
      }
      return { ...recall, memories: memories_named }
    },
  }
}
