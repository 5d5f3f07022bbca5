/** Remembers one summary of each session, if facts are not extracted. Without a model it keeps the transcript. */
import type { Clock } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../memory/memory.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { HistoryStore } from '../messages/history-store.ts'
import { personOfScope } from '../messages/scope.ts'
import { CallRefused } from '../models/call-refused.ts'
import type { LanguageModel } from '../models/language-model.ts'
import { zonesOfMessages, type ZoneOf } from '../people/personal-zones.ts'
import type { SessionRecord } from '../sessions/session-ledger.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { RememberOptions, SessionMemory } from './session-memory.ts'
import { summaryRequest, writeTranscript } from './summary-prompt.ts'

export interface SummaryMemoryDeps {
  readonly messages: Pick<HistoryStore, 'ofSession'>
  readonly memory: Pick<LongTermMemory, 'store'>
  readonly model: LanguageModel
  readonly tokens: TokenCounter
  readonly zoneOf: ZoneOf
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Stores one memory per session. */
export class SummaryMemory implements SessionMemory {
  readonly #deps: SummaryMemoryDeps
  readonly #logger: Logger

  constructor(deps: SummaryMemoryDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('session')
  }

  async remember(session: SessionRecord, options: RememberOptions): Promise<readonly MessageRecord[]> {
    const messages = await this.#deps.messages.ofSession(session.session_id)
    const allowed = messages.filter(message => !message.learning_opt_out)
    if (allowed.length > 0) await this.#store(session, allowed, options)
    return messages
  }

  async #store(session: SessionRecord, messages: readonly MessageRecord[], options: RememberOptions): Promise<void> {
    const { kind, text } = await this.#summarise(session, messages, options)
    await this.#refuseChanged(session, messages)
    const { session_id, scope, created_at, last_active } = session
    const said_from = messages[0]?.sent_at ?? created_at
    const { added } = await this.#deps.memory.store({
      ...PLAIN_MEMORY,
      memory_id: this.#deps.ids.uuid(),
      scope,
      person_ids: [...new Set(messages.filter(({ role }) => role === 'user').map(({ person_id }) => person_id))],
      kind,
      text,
      session_id,
      said_from,
      valid_from: said_from,
      said_to: messages.at(-1)?.sent_at ?? last_active,
      created_at: this.#deps.clock.now(),
    })
    if (!added) this.#logger.info('The session is in long-term memory already', { session_id })
  }

  async #summarise(
    { session_id, scope, chat_id }: SessionRecord,
    messages: readonly MessageRecord[],
    { patient, signal }: RememberOptions,
  ): Promise<Pick<MemoryRecord, 'kind' | 'text'>> {
    const person_id = personOfScope(scope)
    const { clock, zoneOf } = this.#deps
    const zone_of = await zonesOfMessages(messages, zoneOf, clock.zone)
    try {
      const completion = await this.#deps.model.complete(summaryRequest(messages, this.#deps.tokens, zone_of), {
        purpose: 'summary',
        chat_id,
        ...(person_id === undefined ? {} : { person_id }),
        ...(signal === undefined ? {} : { signal }),
      })
      return { kind: 'session_summary', text: completion.text }
    } catch (error) {
      // If a limit refuses the call now, the summary is written later.
      if (signal?.aborted === true || error instanceof CallRefused) throw error
      this.#deps.metrics.count('model_failures')
      if (patient) throw error
      const reason = asDenidinError(error).message
      this.#logger.warn('No model wrote a summary, keeping the transcript', { session_id, reason })
      return { kind: 'session_transcript', text: writeTranscript(messages, zone_of) }
    }
  }

  /**
   * Messages that were edited, deleted or forgotten while the model worked must not be stored. @throws `unavailable`
   */
  async #refuseChanged({ session_id }: SessionRecord, messages: readonly MessageRecord[]): Promise<void> {
    const now = await this.#deps.messages.ofSession(session_id)
    const texts = new Map(now.map(({ message_id, text }) => [message_id, text]))
    if (messages.every(({ message_id, text }) => texts.get(message_id) === text)) return
    throw new DenidinError('unavailable', 'the conversation was changed meanwhile', { retryable: true })
  }
}
