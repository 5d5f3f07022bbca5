/** Sessions while the memory system is disabled. */
import type { Sessions } from './sessions.ts'

/** Every turn is a separate conversation, and nothing is written. */
export const statelessSessions: Sessions = {
  open: async () => ({ session_id: '', began_at: Number.POSITIVE_INFINITY, window: [], ended_another: false }),
  append: async (session_id, messages) => ({ session_id, window: messages }),
  save: async () => undefined,
  lastSaid: async () => undefined,
  refresh: async () => undefined,
  release: () => undefined,
}
