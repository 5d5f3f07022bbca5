/** Ends sessions by reset and by age, stores them, learns again from changed ones, and removes old archives. */
import { DAY_MS, isoDay, SECOND_MS, type Clock } from '../platform/clock.ts'
import { withDeadline } from '../platform/deadline.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SetAside } from '../platform/set-aside.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import { isOver, type SessionLedger, type SessionRecord, type SessionTransfers } from '../sessions/session-ledger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { UnknownSessions } from '../sessions/unknown-sessions.ts'
import type { Learner } from './learner.ts'
import type { ResetOutcome, SessionLifecycle, SweepReport } from './session-lifecycle.ts'
import type { SessionStorage } from './session-storage.ts'
import { LONGEST_RETRY_MS } from './store-session.ts'

export interface SessionLifecycleDeps {
  readonly stores: {
    readonly ledger: Pick<SessionLedger, 'active' | 'close' | 'find' | 'idle'> &
      Pick<SessionTransfers, 'purgeable' | 'purged' | 'reopen' | 'waiting'>
    readonly folders: Pick<SessionFolders, 'purge'>
    readonly messages: Pick<MessageStore, 'history'>
    readonly changeLog: Pick<ChangeLog, 'changedSessions' | 'latest' | 'advance'>
    readonly unknownSessions: Pick<UnknownSessions, 'setAside' | 'purge'>
  }
  readonly sessions: Pick<Sessions, 'release'>
  readonly learning: { readonly storage: SessionStorage; readonly learner: Pick<Learner, 'relearn'> }
  readonly memory: Pick<LongTermMemory, 'whenIdle' | 'forget'>
  /** Runs an action alone in the queue of a scope, so that no turn is running in a session that ends. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly limits: { readonly timeout_ms: number; readonly retention_days: number }
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'add'>
}

/** How long a reset waits until the stored session can be found. */
const FINDABLE_DEADLINE_MS = 5 * SECOND_MS

type AbortOptions = { readonly signal?: AbortSignal }

/** The lifecycle of sessions over the stores. */
export class SessionLifecycleService implements SessionLifecycle {
  readonly #deps: SessionLifecycleDeps
  readonly #logger: Logger
  #settingAside: Promise<void> | undefined

  constructor(deps: SessionLifecycleDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('cleanup')
  }

  async reset(scope: Scope): Promise<ResetOutcome> {
    const { stores, learning, memory, clock } = this.#deps
    const session = await stores.ledger.active(scope)
    if (session === undefined) return { session_id: undefined, messages: 0, memory: 'nothing' }
    const { session_id } = session
    const messages = await stores.messages.history.countOfSession(session_id)
    await this.#close(session, 'reset')
    const closed = (await stores.ledger.find(session_id)) ?? session
    const outcome = await learning.storage.store(closed, { patient: false })
    // A user who resets and asks immediately expects the conversation to be remembered.
    await withDeadline(clock, FINDABLE_DEADLINE_MS, 'indexing', () => memory.whenIdle()).catch(() => undefined)
    if (outcome === 'stored') return { session_id, messages, memory: 'stored' }
    const nothing = outcome === 'empty' || outcome === 'archived'
    return { session_id, messages, memory: nothing ? 'nothing' : 'pending' }
  }

  async sweep(
    options: AbortOptions & { readonly progress?: (done: number, total: number) => void } = {},
  ): Promise<SweepReport> {
    await (this.#settingAside ?? this.#setAsideUnknown())
    await this.relearn()
    await this.#closeIdle(options)
    return await this.#storeClosed(options)
  }

  async relearn(): Promise<void> {
    const { stores, learning, setAside } = this.#deps
    const { changeLog } = stores
    const latest = await changeLog.latest()
    let all_done = true
    for (const { session_id, change } of await changeLog.changedSessions()) {
      const { done } = await setAside.attempt('learning again from changed sessions', session_id, async () => {
        if (!(await learning.learner.relearn(session_id))) await this.#forgetSummary(session_id)
      })
      // A deletion must be followed: the log keeps the change of a session that failed, and all changes after it.
      all_done &&= done
      if (all_done) await changeLog.advance('learning', change)
      // After a person was forgotten, there may be hundreds of sessions.
      await yieldToEventLoop()
    }
    // Changes outside any session must not prevent pruning of the log.
    if (all_done) await changeLog.advance('learning', latest)
  }

  async purge(options: AbortOptions = {}): Promise<{ readonly purged: number }> {
    const { stores, limits, clock } = this.#deps
    const before = clock.now() - limits.retention_days * DAY_MS
    let purged = 0
    for (const session of await stores.ledger.purgeable(before)) {
      if (options.signal?.aborted) break
      const removed = await this.#attempt('removing archived sessions', session, async () => {
        if (session.archived_to !== undefined) await stores.folders.purge(session.archived_to)
        await stores.ledger.purged(session.session_id)
      })
      if (removed) purged++
    }
    await this.#setAsideUnknown()
    const unknown = await stores.unknownSessions.purge(isoDay(before))
    this.#logger.info('Archived sessions purged', { purged, unknown })
    return { purged }
  }

  async #closeIdle(options: AbortOptions): Promise<void> {
    const { stores, limits, clock } = this.#deps
    const now = clock.now()
    for (const session of await stores.ledger.idle(now - limits.timeout_ms, now + limits.timeout_ms)) {
      if (options.signal?.aborted) break
      await this.#attempt('closing sessions', session, () => this.#closeIfStillIdle(session))
      await yieldToEventLoop()
    }
  }

  /** A message may have come since the list was made: checks the age again, alone in the queue. */
  async #closeIfStillIdle(session: SessionRecord): Promise<void> {
    const { stores, exclusive, limits, clock } = this.#deps
    await exclusive(session.scope, async () => {
      const now = await stores.ledger.active(session.scope)
      if (now?.session_id === session.session_id && isOver(now, clock.now(), limits.timeout_ms)) {
        await this.#close(now, 'expired')
      }
    })
  }

  async #close({ session_id }: SessionRecord, reason: 'expired' | 'reset'): Promise<void> {
    const { stores, clock, metrics } = this.#deps
    if (await stores.ledger.close(session_id, reason, clock.now())) metrics.add('sessions_ended_total', { reason })
    this.#deps.sessions.release(session_id)
  }

  async #storeClosed({ signal, progress }: Parameters<SessionLifecycle['sweep']>[0] & object): Promise<SweepReport> {
    const { stores, learning, clock } = this.#deps
    const due = await stores.ledger.waiting(clock.now(), LONGEST_RETRY_MS)
    const report = { found: due.length, stored: 0, failed: 0, dead: 0 }
    for (const [index, session] of due.entries()) {
      if (signal?.aborted) break
      const outcome = await learning.storage.store(session, { patient: true, signal })
      if (outcome === 'failed') report.failed++
      else if (outcome === 'dead') report.dead++
      else if (outcome === 'archived') report.found--
      else if (outcome !== 'interrupted') report.stored++
      progress?.(index + 1, due.length)
      await yieldToEventLoop()
    }
    this.#logger.info('Sweep finished', { ...report })
    return report
  }

  /** The ledger may not know session folders if the data folder was copied or restored while nothing was running. */
  async #setAsideUnknown(): Promise<void> {
    await this.#settingAside
    this.#settingAside = this.#deps.stores.unknownSessions.setAside().then(
      () => undefined,
      (error: unknown) => {
        const reason = asDenidinError(error).message
        this.#logger.error('Unknown session folders could not be set aside', { reason })
      },
    )
    await this.#settingAside
  }

  async #forgetSummary(session_id: string): Promise<void> {
    const { stores, memory, clock } = this.#deps
    // First reopens the session, then forgets its summary: after a crash in between, the session is stored again rather
    // than lost.
    if (await stores.ledger.reopen(session_id, clock.now())) {
      this.#logger.info('The session will be summarised again', { session_id })
    }
    await memory.forget(session_id)
  }

  /** A session that fails must not hold up the others. @returns whether it succeeded */
  async #attempt(work: string, { session_id }: SessionRecord, act: () => Promise<void>): Promise<boolean> {
    try {
      return (await this.#deps.setAside.attempt(work, session_id, act)).done
    } catch (error) {
      this.#logger.error('Work on a session failed', { work, session_id, reason: asDenidinError(error).message })
      return false
    }
  }
}
