import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionState, SessionSummary } from './session.ts'

/** Why a session takes no more messages. */
export type CloseReason = 'expired' | 'reset' | 'merged'

/** A session as the ledger knows it. */
export interface SessionRecord extends SessionSummary {
  readonly close_reason: CloseReason | undefined
  readonly closed_at: number | undefined
  /** Not before this time is the next attempt to store it. */
  readonly next_attempt_at: number | undefined
  /** Where its folder lies, relative to the sessions folder, once it is archived. */
  readonly archived_to: string | undefined
}

/** Which sessions there are and how far each has come: the truth that survives a damaged session file. */
export interface SessionLedger {
  /** Begins a session. At most one session of a scope is active. */
  create(session: {
    readonly session_id: string
    readonly scope: Scope
    readonly chat_id: ChatId
    readonly at: number
  }): Promise<SessionRecord>
  active(scope: Scope): Promise<SessionRecord | undefined>
  find(session_id: string): Promise<SessionRecord | undefined>
  /** Notes that messages came in. */
  touch(session_id: string, added: number, at: number): Promise<void>
  /** Ends an active session; false when it was not active any more. */
  close(session_id: string, reason: CloseReason, at: number): Promise<boolean>
  /** Active sessions without a message since `before` (inclusive), oldest first. */
  idle(before: number): Promise<readonly SessionRecord[]>
  /** Closed sessions whose next attempt to be stored is due, oldest first. */
  waiting(at: number): Promise<readonly SessionRecord[]>
  archived(session_id: string, archived_to: string): Promise<void>
  stored(session_id: string, at: number): Promise<void>
  /** Counts a failed attempt: due again at `next_attempt_at`, or `dead` when there is none. */
  failed(session_id: string, next_attempt_at: number | undefined): Promise<void>
  /** Makes a stored or purged session wait to be stored again; false for others. */
  reopen(session_id: string, at: number): Promise<boolean>
  /** Stored sessions whose last message came before `before`, with their archive still on disk. */
  purgeable(before: number): Promise<readonly SessionRecord[]>
  purged(session_id: string): Promise<void>
  /** Every session of a scope, oldest first. */
  ofScope(scope: Scope): Promise<readonly SessionRecord[]>
  /** Takes a session out of the ledger, as if it had never been. */
  forget(session_id: string): Promise<void>
  list(page: {
    readonly limit: number
    readonly before?: string
    readonly state?: SessionState
  }): Promise<readonly SessionRecord[]>
  counts(): Promise<Readonly<Record<SessionState, number>>>
}
