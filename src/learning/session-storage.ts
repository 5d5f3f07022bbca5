/** The contract of storing a closed session: in long-term memory, or only in the archive. */
import type { SessionRecord } from '../sessions/session-ledger.ts'

/**
 * - `stored`: it is in long-term memory. `empty`: it is marked as stored, but had nothing to remember.
 * - `already_stored`: another call had stored it before.
 * - `failed`: it is retried later. `dead`: it was given up.
 * - `interrupted`: the call was aborted; the attempt does not count.
 * - `archived`: long-term memory is disabled; the session waits until it is enabled.
 */
export type StoreSessionOutcome = 'stored' | 'empty' | 'already_stored' | 'failed' | 'dead' | 'interrupted' | 'archived'

export interface StoreSessionOptions {
  /** Whether to retry later if a model fails; otherwise the session is remembered without a model. */
  readonly patient: boolean
  /** Aborts a model call. */
  readonly signal?: AbortSignal | undefined
}

/** Stores closed sessions. */
export interface SessionStorage {
  /** Stores a closed session. Concurrent calls for one session share one attempt. Never rejects. */
  store(session: SessionRecord, options: StoreSessionOptions): Promise<StoreSessionOutcome>
}
