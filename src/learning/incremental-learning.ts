import { LRUCache } from 'lru-cache'
import type { Sessions } from '../sessions/sessions.ts'
import { CHUNK_MESSAGES } from './chunks.ts'
import type { Learner } from './learner.ts'

/** Sessions whose messages are counted; of one that drops out the count is made anew. */
const MOST_COUNTED = 10_000

/**
 * Sessions that see to it that long ones are learned from while they run: every 40 messages of people, so that a fact
 * told in a conversation that never ends is found in others, and the end of one costs one request.
 */
export const learningSessions = (
  sessions: Sessions,
  learner: Pick<Learner, 'unprocessedCount'>,
  due: (session_id: string) => void,
): Sessions => {
  const counts = new LRUCache<string, number>({ max: MOST_COUNTED })
  return {
    open: (scope, chat_id) => sessions.open(scope, chat_id),
    save: (session_id, max_tokens) => sessions.save(session_id, max_tokens),
    lastSaid: (scope, person_id) => sessions.lastSaid(scope, person_id),
    refresh: session_id => sessions.refresh(session_id),
    release: session_id => {
      sessions.release(session_id)
    },
    append: async (session_id, messages) => {
      const session = await sessions.append(session_id, messages)
      const before = counts.get(session_id)
      const added = messages.filter(message => message.role === 'user').length
      const count = before === undefined ? await learner.unprocessedCount(session_id) : before + added
      if (count >= CHUNK_MESSAGES) due(session_id)
      counts.set(session_id, count >= CHUNK_MESSAGES ? 0 : count)
      return session
    },
  }
}
