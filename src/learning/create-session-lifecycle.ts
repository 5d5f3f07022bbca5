import { DAY_MS, isoDay, SECOND_MS } from '../platform/clock.ts'
import { withDeadline } from '../platform/deadline.ts'
import { asDenidinError } from '../platform/errors.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionRecord } from '../sessions/session-ledger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { UnknownSessions } from '../sessions/unknown-sessions.ts'
import { archiveSession } from './archive.ts'
import type { Learner } from './learner.ts'
import type { ResetOutcome, SessionLifecycle, SweepReport } from './session-lifecycle.ts'
import type { Transfer, StoreSessionDeps } from './store-session.ts'

export interface SessionLifecycleDeps extends Pick<
  StoreSessionDeps,
  'ledger' | 'folders' | 'messages' | 'clock' | 'logger'
> {
  readonly sessions: Sessions
  readonly changeLog: Pick<ChangeLog, 'changedSessions' | 'latest' | 'advance'>
  readonly unknownSessions: Pick<UnknownSessions, 'setAside' | 'purge'>
  /** `undefined` while long-term memory is off: what ends is archived and waits until it is on. */
  readonly transfer: Transfer | undefined
  /** Takes facts from sessions; `undefined`: they give summaries. */
  readonly learner: Pick<Learner, 'relearn'> | undefined
  /** Runs an act alone in the queue of a scope, so that no turn is under way in a session that ends. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly memory: Pick<LongTermMemory, 'whenIdle' | 'forget'>
  readonly timeout_ms: number
  readonly retention_days: number
}

/** How long a reset waits until what was stored can be found. */
const FINDABLE_DEADLINE_MS = 5 * SECOND_MS

/** Ends sessions by reset, by age, and purges old archives. */
export const createSessionLifecycle = (deps: SessionLifecycleDeps): SessionLifecycle => {
  const { ledger, folders, sessions, messages, changeLog, clock } = deps
  const logger = deps.logger.for('cleanup')

  /** One session that makes trouble must not keep back the others; tells whether it went well. */
  const attempt = async (
    trouble: string,
    { session_id }: SessionRecord,
    act: () => Promise<void>,
  ): Promise<boolean> => {
    try {
      await act()
      return true
    } catch (error) {
      logger.error(trouble, { session_id, reason: asDenidinError(error).message })
      return false
    }
  }

  /** All that becomes of an ended session while long-term memory is off. */
  const archiveOnly = async (session: SessionRecord): Promise<void> => {
    await attempt('A session could not be archived', session, async () => {
      await archiveSession(ledger, folders, session)
    })
  }

  const close = async (session: SessionRecord, reason: 'expired' | 'reset'): Promise<void> => {
    await ledger.close(session.session_id, reason, clock.now())
    sessions.release(session.session_id)
    if (deps.transfer === undefined) await archiveOnly(session)
  }

  /** A message may have come since the list was made: the age is looked at again, alone in the queue. */
  const closeIfStillIdle = async (session: SessionRecord): Promise<void> => {
    await deps.exclusive(session.scope, async () => {
      const now = await ledger.active(session.scope)
      if (now?.session_id === session.session_id && clock.now() - now.last_active >= deps.timeout_ms) {
        await close(now, 'expired')
      }
    })
  }

  const reset = async (scope: Scope): Promise<ResetOutcome> => {
    const session = await ledger.active(scope)
    if (session === undefined) return { session_id: undefined, messages: 0, memory: 'nothing' }
    const { session_id } = session
    const held = await messages.history.countOfSession(session_id)
    await close(session, 'reset')
    if (deps.transfer === undefined) return { session_id, messages: held, memory: 'nothing' }
    const closed = (await ledger.find(session_id)) ?? session
    const outcome = await deps.transfer(closed, 'at_once')
    const memory = outcome === 'stored' ? 'stored' : outcome === 'empty' ? 'nothing' : 'pending'
    // Whoever resets and asks at once expects to be remembered.
    await withDeadline(clock, FINDABLE_DEADLINE_MS, 'indexing', () => deps.memory.whenIdle()).catch(() => undefined)
    return { session_id, messages: held, memory }
  }

  const purge: SessionLifecycle['purge'] = async (options = {}) => {
    const before = clock.now() - deps.retention_days * DAY_MS
    const old = await ledger.purgeable(before)
    let purged = 0
    for (const session of old) {
      if (options.signal?.aborted) break
      const removed = await attempt('An archived session could not be removed', session, async () => {
        if (session.archived_to !== undefined) await folders.purge(session.archived_to)
        await ledger.purged(session.session_id)
      })
      if (removed) purged++
    }
    await setAsideUnknown()
    const unknown = await deps.unknownSessions.purge(isoDay(before))
    logger.info('Archived sessions purged', { purged, unknown })
    return { purged }
  }

  /** The data folder may have been copied or restored while nothing ran. */
  let looking: Promise<void> | undefined
  const setAsideUnknown = async (): Promise<void> => {
    await looking
    looking = deps.unknownSessions.setAside().then(
      () => undefined,
      (error: unknown) => {
        logger.error('Unknown session folders could not be set aside', { reason: asDenidinError(error).message })
      },
    )
    await looking
  }

  const relearn = async (): Promise<void> => {
    const latest = await changeLog.latest()
    for (const { session_id, change } of await changeLog.changedSessions()) {
      if ((await deps.learner?.relearn(session_id)) !== true) {
        // First it waits again, then the old summary goes: a crash in between leaves it to be stored again, not lost.
        if (await ledger.reopen(session_id, clock.now())) logger.info('Session is summarised anew', { session_id })
        await deps.memory.forget(session_id)
      }
      await changeLog.advance('learning', change)
    }
    // Changes outside any session must not stay in the log for learning's sake.
    await changeLog.advance('learning', latest)
  }

  const sweep: SessionLifecycle['sweep'] = async (options = {}) => {
    await (looking ?? setAsideUnknown())
    await relearn()
    for (const session of await ledger.idle(clock.now() - deps.timeout_ms)) {
      if (options.signal?.aborted) break
      await attempt('A session could not be closed', session, () => closeIfStillIdle(session))
      await yieldToEventLoop()
    }
    const due = await ledger.waiting(clock.now())
    if (deps.transfer === undefined) {
      // What a message or a merge ended lies where it was.
      for (const session of due.filter(each => each.archived_to === undefined)) {
        if (options.signal?.aborted) break
        await archiveOnly(session)
      }
      const nothing = { found: 0, stored: 0, failed: 0, dead: 0 }
      logger.info('Sweep finished', nothing)
      return nothing
    }
    const report = { found: due.length, stored: 0, failed: 0, dead: 0 }
    for (const [index, session] of due.entries()) {
      if (options.signal?.aborted) break
      const outcome = await deps.transfer(session, 'patient', options.signal)
      if (outcome === 'failed') report.failed++
      else if (outcome === 'dead') report.dead++
      else if (outcome !== 'interrupted') report.stored++
      options.progress?.(index + 1, due.length)
      await yieldToEventLoop()
    }
    logger.info('Sweep finished', { ...report })
    return report satisfies SweepReport
  }

  return { reset, sweep, relearn, purge }
}

/** Closing while the memory system is off: there is nothing to close, and what lies on disk stays as it is. */
export const noSessionClosing: SessionLifecycle = {
  reset: async () => ({ session_id: undefined, messages: 0, memory: 'nothing' }),
  sweep: async () => ({ found: 0, stored: 0, failed: 0, dead: 0 }),
  relearn: async () => undefined,
  purge: async () => ({ purged: 0 }),
}
