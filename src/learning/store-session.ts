/**
 * Stores one closed session in long-term memory. Each step may be repeated: after a crash the next sweep does the rest.
 *   1. read the session again: another sweep may have stored it
 *   2. move its folder into the archive                                     archive-session.ts
 *   3. remember its content: facts, or one summary                          session-memory.ts, session-summary.ts
 *   4. write the current conversation into the archived folder
 *   5. mark it as stored; after a failure, retry with back-off; if a spending limit refuses the calls, wait
 *   6. after the last attempt, give the session up: it stays on disk for the operator
 */
import { backoffDelay, type Backoff } from '../platform/backoff.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from '../platform/clock.ts'
import { CallRefused } from '../models/call-refused.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { isOfItem, type SetAside } from '../platform/set-aside.ts'
import { SingleFlight } from '../platform/single-flight.ts'
import type { HistoryStore } from '../messages/history-store.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionLedger, SessionRecord, SessionTransfers } from '../sessions/session-ledger.ts'
import { toWindowMessage } from '../sessions/session.ts'
import { writeWindowFile } from '../sessions/window-file.ts'
import { archiveSession } from './archive-session.ts'
import type { SessionMemory } from './session-memory.ts'
import type { SessionStorage, StoreSessionOptions, StoreSessionOutcome } from './session-storage.ts'

/** Attempts that a failing model fails; after that, the session is remembered without a model. */
const PATIENT_ATTEMPTS = 3
/** Attempts before a session is given up. */
const MAX_ATTEMPTS = 8
/** Longest time until a session that could not be stored is tried again. */
export const LONGEST_RETRY_MS = 6 * HOUR_MS
/** How long a session waits that a limit refused: the operator may raise the limit before its period ends. */
const PUT_OFF_MS = HOUR_MS
const BACKOFF: Backoff = { first_ms: MINUTE_MS, most_ms: LONGEST_RETRY_MS }

export interface StoreSessionDeps {
  readonly ledger: Pick<SessionLedger, 'find'> & Pick<SessionTransfers, 'archived' | 'failed' | 'postponed' | 'stored'>
  readonly folders: Pick<SessionFolders, 'archive' | 'archivePath' | 'write'>
  readonly history: Pick<HistoryStore, 'ofSession'>
  readonly sessionMemory: SessionMemory
  readonly setAside: SetAside
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Stores sessions in long-term memory. */
export class LongTermStorage implements SessionStorage {
  readonly #deps: StoreSessionDeps
  readonly #logger: Logger
  readonly #attempts = new SingleFlight<string, StoreSessionOutcome>()

  constructor(deps: StoreSessionDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('session')
  }

  async store(session: SessionRecord, { patient, signal }: StoreSessionOptions): Promise<StoreSessionOutcome> {
    return await this.#attempts.run(session.session_id, async () => {
      try {
        return await this.#attempt(session.session_id, patient, signal)
      } catch (error) {
        if (signal?.aborted === true) return 'interrupted'
        return await (error instanceof CallRefused ? this.#putOff(session, error) : this.#recordFailure(session, error))
      }
    })
  }

  async #attempt(session_id: string, patient: boolean, signal: AbortSignal | undefined): Promise<StoreSessionOutcome> {
    const { ledger, folders, sessionMemory, clock, metrics } = this.#deps
    const session = await ledger.find(session_id)
    if (session?.state !== 'closed') return 'already_stored'
    this.#logger.info('Session expired, transferring to long-term memory', { session_id, reason: session.close_reason })
    await archiveSession({ ledger, folders }, session)
    const messages = await sessionMemory.remember(session, {
      patient: patient && session.attempts + 1 < PATIENT_ATTEMPTS,
      signal,
    })
    if (!(await this.#writeArchive(session_id))) {
      this.#logger.info('The session was forgotten meanwhile', { session_id })
      return 'empty'
    }
    await ledger.stored(session_id, clock.now())
    metrics.count('sessions_closed')
    this.#logger.info('Session transferred to long-term memory', { session_id, messages: messages.length })
    return messages.some(message => !message.learning_opt_out) ? 'stored' : 'empty'
  }

  /**
   * The archived file contains the whole conversation, including messages that had left the window. It is written in
   * its current form, because messages may have been forgotten while the model worked. @returns false if the session
   * itself was forgotten
   */
  async #writeArchive(session_id: string): Promise<boolean> {
    const { ledger, folders, history } = this.#deps
    let written = false
    await folders.write(session_id, async () => {
      const session = await ledger.find(session_id)
      written = session !== undefined
      if (session === undefined) return undefined
      const messages = await history.ofSession(session_id)
      const file = { window: messages.map(toWindowMessage), message_counter: messages.length, unknown: {} }
      return { text: writeWindowFile({ ...session, state: 'stored' }, file), archived_to: session.archived_to }
    })
    return written
  }

  /** A limit does not allow the calls yet. That is not a failure: the session keeps all its attempts. */
  async #putOff({ session_id }: SessionRecord, { until, message }: CallRefused): Promise<StoreSessionOutcome> {
    const { ledger, clock } = this.#deps
    const soon = clock.now() + PUT_OFF_MS
    await ledger.postponed(session_id, Math.min(until ?? soon, soon))
    this.#logger.info('Session waits until a limit allows it to be stored', { session_id, reason: message })
    return 'failed'
  }

  async #recordFailure(session: SessionRecord, error: unknown): Promise<StoreSessionOutcome> {
    const { session_id } = session
    try {
      return await this.#countFailure(session, asDenidinError(error).message)
    } catch (unrecorded) {
      // It stays due, so the next sweep retries it.
      if (isOfItem(unrecorded)) this.#deps.setAside.add('storing sessions', session_id, unrecorded)
      else this.#logger.error('Session not transferred', { session_id, reason: asDenidinError(unrecorded).message })
      return 'failed'
    }
  }

  async #countFailure(session: SessionRecord, reason: string): Promise<'failed' | 'dead'> {
    const { ledger, clock, ids, metrics } = this.#deps
    const { session_id } = session
    const failures = session.attempts + 1
    const dead = failures >= MAX_ATTEMPTS
    metrics.count('session_transfers_failed')
    await ledger.failed(session_id, dead ? undefined : clock.now() + backoffDelay(BACKOFF, failures, ids))
    if (dead) this.#logger.error('Session given up, kept on disk', { session_id, attempts: failures, reason })
    else this.#logger.warn('Session not transferred, will be retried', { session_id, attempts: failures, reason })
    return dead ? 'dead' : 'failed'
  }
}
