/**
 * Learns facts from conversations. Only one run at a time learns in a scope:
 *   1. find the messages that were not processed yet                        processed-messages.ts
 *   2. remove the facts of an earlier run that was interrupted              learning-run.ts
 *   3. cut the messages into chunks, and for each chunk                     chunks.ts
 *   4.   ask a model for facts; fall back to rules                          extraction/
 *   5.   add the facts whose quotes are verified to the known facts         consolidation/
 *   6.   write the reflection, then mark the messages as processed          reflections.ts
 */
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionRecord } from '../sessions/session-ledger.ts'
import { isSource } from './chunks.ts'
import type { LearnerDeps, LearningContext, LearningOptions } from './learning-context.ts'
import { EMPTY_REPORT, type LearningReport } from './learning-report.ts'
import { LearningRun } from './learning-run.ts'
import { forgetChangedMessages } from './forget-changed-messages.ts'

/** Extracts facts from conversations and keeps them consistent with the messages. */
export interface Learner {
  /** Learns from the unprocessed messages of a session. Safe to repeat. */
  learn(session_id: string, options: LearningOptions): Promise<LearningReport>
  /** Learns from messages that belong to no session. */
  learnFrom(
    context: LearningContext,
    messages: readonly MessageRecord[],
    options: LearningOptions,
  ): Promise<LearningReport>
  /** Runs `act` while nothing is learned in a scope. */
  exclusive<T>(scope: Scope, act: () => Promise<T>): Promise<T>
  /** How many messages of a session are still unprocessed. */
  unprocessedCount(session_id: string): Promise<number>
  /**
   * Forgets the facts from messages of a session that were edited or deleted since. Stored sessions that have to be
   * learned from again are reopened. @returns false if the session was never learned from
   */
  relearn(session_id: string): Promise<boolean>
}

/** The learner while facts are not extracted. */
export const noLearner: Learner = {
  learn: async () => EMPTY_REPORT,
  learnFrom: async () => EMPTY_REPORT,
  exclusive: (_scope, act) => act(),
  unprocessedCount: async () => 0,
  relearn: async () => false,
}

/** Learns from the messages in the store. */
export class ConversationLearner implements Learner {
  readonly #deps: LearnerDeps
  readonly #logger: Logger
  readonly #scopes = new KeyedQueue<Scope>()

  constructor(deps: LearnerDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('learning')
  }

  async learn(session_id: string, options: LearningOptions): Promise<LearningReport> {
    const session = await this.#deps.ledger.find(session_id)
    return session === undefined ? EMPTY_REPORT : (await this.#learn(session, options)).report
  }

  /** Does the same as `learn`. @returns every message of the session, so that the caller need not read them again */
  async learnSession(session: SessionRecord, options: LearningOptions): Promise<readonly MessageRecord[]> {
    return (await this.#learn(session, options)).messages
  }

  async learnFrom(
    context: LearningContext,
    messages: readonly MessageRecord[],
    options: LearningOptions,
  ): Promise<LearningReport> {
    const { scope, progress_id } = context
    return await this.exclusive(scope, async () => {
      const sources =
        progress_id === undefined
          ? new Set(messages.filter(isSource).map(message => message.message_id))
          : await this.#unprocessed(progress_id, messages)
      return await new LearningRun(this.#deps, context, messages).learn(sources, options)
    })
  }

  async exclusive<T>(scope: Scope, act: () => Promise<T>): Promise<T> {
    return await this.#scopes.run(scope, act)
  }

  async unprocessedCount(session_id: string): Promise<number> {
    return (await this.#unprocessed(session_id, await this.#deps.messages.ofSession(session_id))).size
  }

  async relearn(session_id: string): Promise<boolean> {
    const session = await this.#deps.ledger.find(session_id)
    if (session === undefined) return false
    return await this.exclusive(session.scope, () => forgetChangedMessages(session, this.#deps, this.#logger))
  }

  async #learn(
    { session_id, scope, chat_id }: SessionRecord,
    options: LearningOptions,
  ): Promise<{ readonly report: LearningReport; readonly messages: readonly MessageRecord[] }> {
    return await this.exclusive(scope, async () => {
      const messages = await this.#deps.messages.ofSession(session_id)
      const run = new LearningRun(this.#deps, { scope, chat_id, session_id }, messages)
      const report = await run.learn(await this.#unprocessed(session_id, messages), options)
      await run.ensureReflection()
      return { report, messages }
    })
  }

  /** @param session_id or the id that messages without a session are marked under */
  async #unprocessed(session_id: string, messages: readonly MessageRecord[]): Promise<ReadonlySet<MessageId>> {
    const processed = await this.#deps.progress.processedMessages.of(session_id)
    return new Set(
      messages
        .filter(isSource)
        .map(message => message.message_id)
        .filter(message_id => !processed.has(message_id)),
    )
  }
}
