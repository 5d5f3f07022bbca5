/** The contract of ending sessions: by reset, by age, and the removal of old archives. */
import type { Scope } from '../messages/scope.ts'

/** The result of `/reset`. */
export interface ResetOutcome {
  /** `undefined` if there was no conversation to close. */
  readonly session_id: string | undefined
  /** Messages in the closed session. */
  readonly messages: number
  /**
   * `stored`: it is in long-term memory; `pending`: the sweep will store it later; `nothing`: there was nothing to
   * store, or long-term memory is disabled.
   */
  readonly memory: 'stored' | 'pending' | 'nothing'
}

/** The result of one sweep. */
export interface SweepReport {
  /** Sessions that were due. */
  readonly found: number
  /** Stored in long-term memory. */
  readonly stored: number
  /** Failed this time; retried later. */
  readonly failed: number
  /** Given up after the last attempt; kept on disk for the operator. */
  readonly dead: number
}

/** Ends sessions and moves them into long-term memory. Every step may be repeated. */
export interface SessionLifecycle {
  /** Closes the active session of `scope`, if any, and stores it. */
  reset(scope: Scope): Promise<ResetOutcome>
  /** Closes expired sessions and stores closed ones. */
  sweep(options?: {
    readonly signal?: AbortSignal
    readonly progress?: (done: number, total: number) => void
  }): Promise<SweepReport>
  /**
   * Undoes what was remembered of sessions whose messages were edited or deleted since. The facts and summaries from
   * changed messages are forgotten immediately; the sessions are reopened, and the next sweep stores them again.
   */
  relearn(): Promise<void>
  /** Removes archived sessions that are in long-term memory and older than the retention period. */
  purge(options?: { readonly signal?: AbortSignal }): Promise<{ readonly purged: number }>
}

/** The lifecycle while the memory system is disabled: there are no sessions, and files on disk stay. */
export const noSessionLifecycle: SessionLifecycle = {
  reset: async () => ({ session_id: undefined, messages: 0, memory: 'nothing' }),
  sweep: async () => ({ found: 0, stored: 0, failed: 0, dead: 0 }),
  relearn: async () => undefined,
  purge: async () => ({ purged: 0 }),
}
