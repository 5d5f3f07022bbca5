/** The short-term memory of one conversation: its states and the messages in its window. */
import type { ChatId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'

/**
 * Life of a session: `active` (takes messages) → `closed` (takes none; waits to be summarised) → `stored` (in long-term
 * memory, archived on disk) → `purged` (archive removed). `dead`: could not be stored after the last attempt; kept.
 */
export type SessionState = 'active' | 'closed' | 'stored' | 'dead' | 'purged'

/** One message inside a session's window, under the names that `session.json` and `denidin session show` use. */
export interface WindowMessage extends Pick<
  MessageRecord,
  'message_id' | 'role' | 'sender_name' | 'person_id' | 'tokens'
> {
  readonly content: string
  /** When it was sent, milliseconds since the Unix epoch. */
  readonly timestamp: number
}

/** A message as a window holds it. */
export const toWindowMessage = ({
  message_id,
  role,
  text,
  sender_name,
  person_id,
  sent_at,
  tokens,
}: Pick<
  MessageRecord,
  'message_id' | 'role' | 'text' | 'sender_name' | 'person_id' | 'sent_at' | 'tokens'
>): WindowMessage => ({
  message_id,
  role,
  content: text,
  sender_name,
  person_id,
  timestamp: sent_at,
  tokens,
})

/** What is known of a session without opening its window. */
export interface SessionSummary {
  readonly session_id: string
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly state: SessionState
  readonly created_at: number
  readonly last_active: number
  /** Messages ever taken in, those that left the window included. */
  readonly messages: number
  /** Attempts to store that failed. */
  readonly attempts: number
}

export interface SessionDetails extends SessionSummary {
  /** What a request to the model would carry, oldest first. */
  readonly window: readonly WindowMessage[]
  readonly window_tokens: number
}

/** Looks at sessions without touching them. */
export interface SessionBrowser {
  /** Most recently active first. `before` is the `session_id` that ended the page before. */
  list(page: {
    readonly limit: number
    readonly before?: string
    readonly state?: SessionState
  }): Promise<readonly SessionSummary[]>
  show(session_id: string): Promise<SessionDetails | undefined>
  counts(): Promise<Readonly<Record<SessionState, number>>>
}
