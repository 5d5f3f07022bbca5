/** Finds messages by way of facts: a message counts as similar to a question if a fact that was learned from it is. */
import type { MessageId } from '../messages/message.ts'
import type { SimilarFacts, VectorCandidates } from './message-search.ts'

/**
 * A memory with more source messages than this is about a whole conversation and does not point to a single message.
 */
const MOST_SOURCES = 4

/**
 * The similarity of a message is that of its own vector or of the facts learned from it, whichever is highest. If the
 * vectors of messages cannot be queried, only the facts count.
 */
export const withFactSimilarity = (facts: SimilarFacts, messages: VectorCandidates): VectorCandidates => ({
  findSimilar: async (scope, question, limit, call) => {
    const [found_facts, found_messages] = await Promise.allSettled([
      facts(scope),
      messages.findSimilar(scope, question, limit, call),
    ])
    const similar_facts = found_facts.status === 'fulfilled' ? found_facts.value : []
    if (found_messages.status === 'rejected' && similar_facts.length === 0) throw found_messages.reason
    const best = new Map<MessageId, number>()
    const add = (message_id: MessageId, similarity: number): void => {
      best.set(message_id, Math.max(similarity, best.get(message_id) ?? similarity))
    }
    if (found_messages.status === 'fulfilled') {
      for (const { message_id, similarity } of found_messages.value) add(message_id, similarity)
    }
    for (const { memory, similarity } of similar_facts) {
      if (memory.sources.length <= MOST_SOURCES) for (const source of memory.sources) add(source, similarity)
    }
    return [...best]
      .map(([message_id, similarity]) => ({ message_id, similarity }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
  },
})
