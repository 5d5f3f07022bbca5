/** The short-term memory of one conversation: its states and the messages in its window. */
import type { ChatId, MessageRecord } from '../messages/message.ts'
import type { Forwarded } from '../messages/message-details.ts'
import type { Scope } from '../messages/scope.ts'

/**
 * Life of a session: `active` (takes messages) → `closed` (takes none; waits to be summarised) → `stored` (in long-term
 * memory, archived on disk) → `purged` (archive removed). `dead`: could not be stored even at the last attempt; kept.
 */
export const SESSION_STATES = ['active', 'closed', 'stored', 'dead', 'purged'] as const
export type SessionState = (typeof SESSION_STATES)[number]

/** One message inside a session's window, with the names that `session.json` and `denidin session show` use. */
export interface WindowMessage extends Pick<
  MessageRecord,
  'message_id' | 'role' | 'sender_name' | 'person_id' | 'tokens' | 'reply_to'
> {
  readonly content: string
  /** When it was sent, milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** Its text is someone else's; `undefined`: its sender's own. */
  readonly forwarded?: Forwarded | undefined
}

/** A message in the form of a window. */
export const toWindowMessage = ({
  message_id,
  role,
  text,
  sender_name,
  person_id,
  sent_at,
  tokens,
  reply_to,
  details,
}: Pick<
  MessageRecord,
  'message_id' | 'role' | 'text' | 'sender_name' | 'person_id' | 'sent_at' | 'tokens' | 'reply_to' | 'details'
>): WindowMessage => ({
  message_id,
  role,
  content: text,
  sender_name,
  person_id,
  timestamp: sent_at,
  tokens,
  ...(reply_to === undefined ? {} : { reply_to }),
  ...(details?.forwarded === undefined ? {} : { forwarded: details.forwarded }),
})

/** A session without its window. */
export interface SessionSummary {
  readonly session_id: string
  readonly scope: Scope
  readonly chat_id: ChatId
  readonly state: SessionState
  readonly created_at: number
  readonly last_active: number
  /** All messages of the session, including those that left the window. */
  readonly messages: number
  /** Failed attempts to store it. */
  readonly attempts: number
}

export interface SessionDetails extends SessionSummary {
  /** The messages that a request to the model would contain, oldest first. */
  readonly window: readonly WindowMessage[]
  readonly window_tokens: number
}

/** A page of a list of sessions. */
export interface SessionPage {
  readonly limit: number
  /** The `session_id` that ended the previous page. */
  readonly before?: string
  readonly state?: SessionState
  /** Only those of this conversation. */
  readonly scope?: Scope
}

/** Reads sessions without changing them. */
export interface SessionBrowser {
  /** Most recently active first. */
  list(page: SessionPage): Promise<readonly SessionSummary[]>
  show(session_id: string): Promise<SessionDetails | undefined>
  counts(): Promise<Readonly<Record<SessionState, number>>>
}
