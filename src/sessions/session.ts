import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/**
 * Life of a session: `active` (takes messages) → `closed` (takes none; waits to be summarised) → `stored` (in long-term
 * memory, archived on disk) → `purged` (archive removed). `dead`: could not be stored after the last attempt; kept.
 */
export type SessionState = 'active' | 'closed' | 'stored' | 'dead' | 'purged'

/** One message inside a session's window. */
export interface WindowMessage {
  readonly message_id: MessageId
  readonly role: 'user' | 'assistant'
  readonly content: string
  /** Who spoke, where more than one person may (groups). */
  readonly sender_name: string | undefined
  readonly person_id: PersonId
  /** When it was said, milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** Tokens of `content`, counted once. */
  readonly tokens: number
}

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
