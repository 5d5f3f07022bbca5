import { backoffDelay, type Backoff } from '../platform/backoff.ts'
import type { Clock } from '../platform/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../memory/memory.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { personOfScope } from '../messages/scope.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionLedger, SessionRecord, SessionTransfers } from '../sessions/session-ledger.ts'
import { toWindowMessage } from '../sessions/session.ts'
import { writeWindowFile } from '../sessions/window-file.ts'
import type { TokenCounter } from '../text/tokens.ts'
import { archiveSession } from './archive.ts'
import type { Learner } from './learner.ts'
import { summaryRequest, writeTranscript } from './summary.ts'

/** Attempts in which models may fail before it is done without: rules find the facts, or the transcript is kept. */
export const SUMMARY_ATTEMPTS = 3
/** Attempts before a session is put aside for the operator. */
export const TRANSFER_ATTEMPTS = 8
const TRANSFER_BACKOFF: Backoff = { first_ms: MINUTE_MS, most_ms: 6 * HOUR_MS }

export interface StoreSessionDeps {
  readonly ledger: SessionLedger & SessionTransfers
  readonly folders: SessionFolders
  readonly messages: Pick<MessageStore, 'history'>
  readonly memory: LongTermMemory
  readonly model: LanguageModel
  /** Takes facts from a session; `undefined`: it gives one summary. */
  readonly learner: Learner | undefined
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** `done`: somebody else had stored it before. `interrupted`: called off, nothing is counted against it. */
export type TransferOutcome = 'stored' | 'empty' | 'failed' | 'dead' | 'done' | 'interrupted'

/**
 * Moves one closed session into long-term memory: archive the folder, summarise, store, mark. Each step may be
 * repeated, so a crash anywhere only means that the rest is done next time. `patient`: a model that fails may be asked
 * again later; otherwise the transcript is stored at once. `signal` calls off a model that is being waited for.
 */
export type Transfer = (
  session: SessionRecord,
  patience: 'patient' | 'at_once',
  signal?: AbortSignal,
) => Promise<TransferOutcome>

interface Manner {
  readonly patient: boolean
  readonly signal: AbortSignal | undefined
}

export const createStoreSession = (deps: StoreSessionDeps): Transfer => {
  const { ledger, folders, messages, clock } = deps
  const logger = deps.logger.for('session')
  const under_way = new Map<string, Promise<TransferOutcome>>()

  const remember = async (session: SessionRecord, said: readonly MessageRecord[], manner: Manner): Promise<void> => {
    if (deps.learner === undefined) {
      await keepSummary(session, said, manner)
      return
    }
    const patient = manner.patient && session.attempts + 1 < SUMMARY_ATTEMPTS
    await deps.learner.learn(session.session_id, { patient, signal: manner.signal })
  }

  const keepSummary = async (session: SessionRecord, said: readonly MessageRecord[], manner: Manner): Promise<void> => {
    const text = await summarise(session, said, manner)
    await refuseChanged(session, said)
    const said_from = said[0]?.sent_at ?? session.created_at
    const memory: MemoryRecord = {
      ...PLAIN_MEMORY,
      memory_id: deps.ids.uuid(),
      scope: session.scope,
      person_ids: [...new Set(said.filter(message => message.role === 'user').map(message => message.person_id))],
      kind: text.kind,
      text: text.text,
      session_id: session.session_id,
      said_from,
      valid_from: said_from,
      said_to: said.at(-1)?.sent_at ?? session.last_active,
      created_at: clock.now(),
    }
    const { added } = await deps.memory.store(memory)
    if (!added) logger.info('The session was in long-term memory already', { session_id: session.session_id })
  }

  /** What was taken back or forgotten while the model wrote must not be stored after all. @throws `unavailable` */
  const refuseChanged = async ({ session_id }: SessionRecord, said: readonly MessageRecord[]): Promise<void> => {
    const now = new Map(
      (await messages.history.ofSession(session_id)).map(message => [message.message_id, message.text]),
    )
    if (said.every(({ message_id, text }) => now.get(message_id) === text)) return
    throw new DenidinError('unavailable', 'the conversation was changed meanwhile', { retryable: true })
  }

  const summarise = async (
    session: SessionRecord,
    said: readonly MessageRecord[],
    { patient, signal }: Manner,
  ): Promise<Pick<MemoryRecord, 'kind' | 'text'>> => {
    const person_id = personOfScope(session.scope)
    try {
      const completion = await deps.model.complete(summaryRequest(said, deps.tokens), {
        purpose: 'summary',
        chat_id: session.chat_id,
        ...(person_id === undefined ? {} : { person_id }),
        ...(signal === undefined ? {} : { signal }),
      })
      return { kind: 'session_summary', text: completion.text }
    } catch (error) {
      if (signal?.aborted === true) throw error
      deps.metrics.count('model_failures')
      if (patient && session.attempts + 1 < SUMMARY_ATTEMPTS) throw error
      const reason = asDenidinError(error).message
      logger.warn('No summary to be had, keeping the transcript', { session_id: session.session_id, reason })
      return { kind: 'session_transcript', text: writeTranscript(said) }
    }
  }

  const run = async (listed: SessionRecord, manner: Manner): Promise<TransferOutcome> => {
    const { session_id } = listed
    // The list may be old by now: what is stored already must not be paid for again.
    const session = await ledger.find(session_id)
    if (session?.state !== 'closed') return 'done'
    logger.info('Session expired, transferring to long-term memory', { session_id, reason: session.close_reason })
    const archived_to = await archiveSession(ledger, folders, session)
    const said = await messages.history.ofSession(session_id)
    const learned = said.filter(message => !message.learning_opt_out)
    if (learned.length > 0) await remember(session, learned, manner)
    // The archived file holds the whole conversation, what had left the window included.
    const file = { window: said.map(toWindowMessage), message_counter: said.length, unknown: {} }
    await folders.write(session_id, writeWindowFile({ ...session, state: 'stored' }, file), archived_to)
    await ledger.stored(session_id, clock.now())
    deps.metrics.count('sessions_closed')
    logger.info('Session transferred to long-term memory', { session_id, messages: said.length })
    return learned.length > 0 ? 'stored' : 'empty'
  }

  const failed = async (session: SessionRecord, thrown: unknown): Promise<TransferOutcome> => {
    const { session_id } = session
    const failures = session.attempts + 1
    const dead = failures >= TRANSFER_ATTEMPTS
    deps.metrics.count('session_transfers_failed')
    await ledger.failed(session_id, dead ? undefined : clock.now() + backoffDelay(TRANSFER_BACKOFF, failures, deps.ids))
    const reason = asDenidinError(thrown).message
    if (dead) logger.error('Session given up, kept on disk', { session_id, attempts: failures, reason })
    else logger.warn('Session not transferred, tried again later', { session_id, attempts: failures, reason })
    return dead ? 'dead' : 'failed'
  }

  return async (session, patience, signal) => {
    const running = under_way.get(session.session_id)
    if (running !== undefined) return await running
    const transfer = run(session, { patient: patience === 'patient', signal }).catch((error: unknown) =>
      signal?.aborted === true ? 'interrupted' : failed(session, error),
    )
    under_way.set(session.session_id, transfer)
    try {
      return await transfer
    } finally {
      under_way.delete(session.session_id)
    }
  }
}
