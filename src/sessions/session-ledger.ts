/** The ledger of sessions: which exist, and the state of each. It survives a damaged session file. */
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionPage, SessionState, SessionSummary } from './session.ts'

/** Why a session takes no more messages. */
export type CloseReason = 'expired' | 'reset' | 'merged'

/** A session in the ledger. */
export interface SessionRecord extends SessionSummary {
  readonly close_reason: CloseReason | undefined
  readonly closed_at: number | undefined
  /** The next attempt to store it is not made before this time. */
  readonly next_attempt_at: number | undefined
  /** Path of its folder, relative to the sessions folder, once it is archived. */
  readonly archived_to: string | undefined
}

/**
 * Whether a session is over because of its age. A session equally far in the future is over too: its last message came
 * before the clock was set back.
 */
export const isOver = ({ last_active }: Pick<SessionRecord, 'last_active'>, now: number, timeout_ms: number): boolean =>
  Math.abs(now - last_active) >= timeout_ms

/** Active sessions, and sessions in lists. */
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
  /** Counts added messages. */
  touch(session_id: string, added: number, at: number): Promise<void>
  /** Ends an active session; false if it was no longer active. */
  close(session_id: string, reason: CloseReason, at: number): Promise<boolean>
  /**
   * Active sessions without a message since `before` (inclusive), oldest first; also those whose last message is at
   * `after` or later, a time in the future: the clock was set back since.
   */
  idle(before: number, after?: number): Promise<readonly SessionRecord[]>
  /** Every session of a scope, oldest first. */
  ofScope(scope: Scope): Promise<readonly SessionRecord[]>
  /** Removes a session from the ledger. */
  forget(session_id: string): Promise<void>
  /** Most recently active first. */
  list(page: SessionPage): Promise<readonly SessionRecord[]>
  counts(): Promise<Readonly<Record<SessionState, number>>>
  /** How many sessions expired or were reset at or after `since`. */
  endedSince(since: number): Promise<{ readonly expired: number; readonly reset: number }>
}

/** Closed sessions on their way into long-term memory and the archive. */
export interface SessionTransfers {
  /**
   * Closed sessions whose next attempt to be stored is due, oldest first; also those that would wait longer than
   * `longest_wait_ms`: the clock was set back since.
   */
  waiting(at: number, longest_wait_ms?: number): Promise<readonly SessionRecord[]>
  archived(session_id: string, archived_to: string): Promise<void>
  stored(session_id: string, at: number): Promise<void>
  /** Counts a failed attempt: due again at `next_attempt_at`, or `dead` if that is undefined. */
  failed(session_id: string, next_attempt_at: number | undefined): Promise<void>
  /** Makes it due again at `next_attempt_at`, without a failed attempt, because it may not be stored yet. */
  postponed(session_id: string, next_attempt_at: number): Promise<void>
  /** Makes a stored or purged session wait to be stored again; false for others. */
  reopen(session_id: string, at: number): Promise<boolean>
  /** Stored sessions whose last message came before `before`, with their archive still on disk. */
  purgeable(before: number): Promise<readonly SessionRecord[]>
  purged(session_id: string): Promise<void>
}
