import type { MessageId } from '../messages/message.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { VectorCandidates } from './message-recall.ts'

/** A memory that came from more messages than these is about a whole conversation: no key to any one of them. */
const MOST_SOURCES = 4

/**
 * Facts are keys to what was said: a message counts as near to a question as the nearest of its own vector and of the
 * facts that were taken from it. Where one of the two cannot be asked, the other answers alone.
 */
export const withFactSimilarity = (
  facts: Pick<LongTermMemory, 'findSimilar'>,
  messages: VectorCandidates | undefined,
): VectorCandidates => ({
  findSimilar: async (scope, question, limit, call) => {
    const [keys, said] = await Promise.allSettled([
      facts.findSimilar(scope, question, limit, call),
      messages?.findSimilar(scope, question, limit, call) ?? [],
    ])
    if (keys.status === 'rejected' && said.status === 'rejected') throw said.reason
    const best = new Map<MessageId, number>()
    const add = (message_id: MessageId, similarity: number): void => {
      best.set(message_id, Math.max(similarity, best.get(message_id) ?? similarity))
    }
    if (said.status === 'fulfilled') for (const { message_id, similarity } of said.value) add(message_id, similarity)
    if (keys.status === 'fulfilled') {
      for (const { memory, similarity } of keys.value) {
        if (memory.sources.length <= MOST_SOURCES) for (const source of memory.sources) add(source, similarity)
      }
    }
    return [...best]
      .map(([message_id, similarity]) => ({ message_id, similarity }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
  },
})
