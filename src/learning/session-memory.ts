/** How long-term memory remembers a closed session. There are two ways: facts (here), or one summary. */
import type { MessageRecord } from '../messages/message.ts'
import type { SessionRecord } from '../sessions/session-ledger.ts'
import type { ConversationLearner } from './learner.ts'

export interface RememberOptions {
  /** Whether to fail when models fail temporarily; otherwise the session is remembered without a model. */
  readonly patient: boolean
  /** Aborts a model call. */
  readonly signal: AbortSignal | undefined
}

/** Moves the content of a session into long-term memory. */
export interface SessionMemory {
  /** Safe to repeat. @returns every message of the session, in order */
  remember(session: SessionRecord, options: RememberOptions): Promise<readonly MessageRecord[]>
}

/** Remembers the facts in a session. */
export const createFactMemory = (learner: Pick<ConversationLearner, 'learnSession'>): SessionMemory => ({
  remember: (session, options) => learner.learnSession(session, options),
})
