import type { Scope } from '../messages/scope.ts'

/** What `/reset` did. */
export interface ResetOutcome {
  /** `undefined` when there was no conversation to close. */
  readonly session_id: string | undefined
  /** Messages that the closed session held. */
  readonly messages: number
  /** `stored`: it is in long-term memory; `pending`: kept, will be stored by the sweep; `nothing`: nothing to store, or long-term memory is off. */
  readonly memory: 'stored' | 'pending' | 'nothing'
}

/** What one sweep did. */
export interface SweepReport {
  /** Sessions that were due. */
  readonly found: number
  /** Moved into long-term memory. */
  readonly stored: number
  /** Failed this time; tried again later. */
  readonly failed: number
  /** Given up after the last attempt: kept on disk for the operator. */
  readonly dead: number
}

/** Ends sessions and moves them into long-term memory. Every step may be repeated. */
export interface SessionLifecycle {
  /** Closes the running session of `scope`, if any, and stores what it was about. */
  reset(scope: Scope): Promise<ResetOutcome>
  /** Closes what has expired and stores what waits. */
  sweep(options?: {
    readonly signal?: AbortSignal
    readonly progress?: (done: number, total: number) => void
  }): Promise<SweepReport>
  /**
   * Makes anew what is remembered of sessions of which a message was changed or deleted since. What the message gave
   * before is forgotten at once; what follows from the others comes like that of any session that waits.
   */
  relearn(): Promise<void>
  /** Removes archived sessions whose retention is over, once they are in long-term memory. */
  purge(options?: { readonly signal?: AbortSignal }): Promise<{ readonly purged: number }>
}
