/**
 * A turn: one round of the pipeline, which answers the messages of one chat.
 *
 *   channel → inbox → scheduler → dispatcher ─┬─ blocked:    ignored
 *                                             ├─ command:    command runner
 *                                             ├─ unreadable: asked for again
 *                                             ├─ unseen:     media that its sender is told about once
 *                                             └─ talk:       turn
 *
 *   1. load the context   the person, the chat, the language, the messages     turn-context.ts
 *   2. open the session   the conversation so far, with the new messages       steps/open-session.ts
 *   3. pack the history   the part of it that the model is shown               steps/pack-request.ts
 *   4. recall             relevant memories and earlier messages               steps/gather-recall.ts
 *   5. pack the request   everything else, within the budget of the turn       packing/pack-turn.ts
 *   6. complete           the model's answer, or a sentence about its failure  steps/complete.ts
 *   7. deliver            through the outbox, part by part                     steps/deliver.ts
 *   8. remember           the content of the request; the session's window     steps/remember.ts
 *   9. warn               about a spending limit that is nearly used up        steps/warn-of-limits.ts
 *
 * Around steps 6 to 8, the turn reports how much of its budget it used (steps/report-usage.ts).
 *
 * While the bot only listens, a turn ends after step 2: the messages are recorded in the session.
 */
import type { MessageStore } from '../messages/message-store.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { AnsweredTurn, TurnObserver } from '../rollout/answered-turn.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { PackedContext, PackedTurn } from './packing/context-packer.ts'
import { complete, type Answer, type CompleteDeps } from './steps/complete.ts'
import { deliver, type DeliverDeps } from './steps/deliver.ts'
import { openSession, type OpenSessionDeps, type TurnSession } from './steps/open-session.ts'
import { packRequest, type PackRequestDeps } from './steps/pack-request.ts'
import { remember, type RememberDeps } from './steps/remember.ts'
import { withUsage, type ReportUsageDeps } from './steps/report-usage.ts'
import { warnOfLimits, type WarnOfLimitsDeps } from './steps/warn-of-limits.ts'
import type { TurnContext } from './turn-context.ts'
import { idsOf } from './turn-message.ts'

export interface TurnDeps extends ReportUsageDeps {
  readonly sessions: TurnSessions
  readonly packing: PackRequestDeps
  readonly completion: CompleteDeps
  readonly delivery: DeliverDeps
  readonly warning: WarnOfLimitsDeps
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly observer: TurnObserver
  readonly clock: Clock
  readonly logger: Logger
}

type TurnSessions = OpenSessionDeps & RememberDeps & { readonly windows: Sessions }

/**
 * Shows that the message was read and is being answered. A browser takes its time over it: nothing waits for that.
 * @param recorded when the message is on disk: nothing is confirmed before
 */
const showWork = async (
  { channel, chat_id }: TurnContext,
  recorded: Promise<void>,
): Promise<AsyncDisposable | undefined> => {
  await recorded
  await channel?.seen(chat_id)
  return await channel?.typing(chat_id)
}

export class Turn {
  readonly #deps: TurnDeps
  readonly #logger: Logger

  constructor(deps: TurnDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('conversation')
  }

  /**
   * @param wanted aborted when a message of the turn was edited or deleted
   * @returns the text of the reply; `undefined` if the bot only listens; `changed` if that happened before any part of
   *   the reply was sent: the remaining messages are unanswered
   * @throws what a step throws; the messages are unanswered then
   */
  async run(turn: TurnContext, wanted: AbortSignal): Promise<{ readonly said: string } | 'changed' | undefined> {
    const { sessions } = this.#deps
    turn.laps.enter('session')
    const session = await openSession(sessions, turn)
    const { session_id } = session
    if (turn.listens) {
      await this.#listen(turn, session_id)
      return undefined
    }
    try {
      return { said: await this.#answer(turn, session, wanted) }
    } catch (error) {
      if (!wanted.aborted) {
        await this.#observe(turn, { failed: true, recall: 'none', own_ms: undefined })
        throw error
      }
      this.#logger.info('A message was changed before it was answered')
      // The window contains the previous text.
      await sessions.windows.refresh(session_id)
      return 'changed'
    }
  }

  /** @throws also the reason of `wanted`, if it is aborted before any part of the reply was sent */
  async #answer(turn: TurnContext, session: TurnSession, wanted: AbortSignal): Promise<string> {
    const { messages } = this.#deps
    await using work = new AsyncDisposableStack()
    const recorded = messages.inbox.flushed()
    // Shown until the reply is sent: recall, the model call and the pause before sending all count as writing.
    const typing = showWork(turn, recorded).catch(() => undefined)
    work.defer(async () => await (await typing)?.[Symbol.asyncDispose]())
    const { packed, took_ms } = await this.#pack(turn, session)
    // The disk had the time of packing.
    await recorded
    const own_ms = this.#deps.clock.monotonic() - turn.since
    const report = (): void => {
      if (this.#deps.packing.recall.recall_tokens > 0) this.#reportRecall(packed, took_ms)
    }
    const answer = await withUsage(this.#deps, turn, packed, {
      work: () => this.#askAndDeliver(turn, session, packed, wanted),
      report,
    })
    await this.#observe(turn, { failed: answer.outcome === 'no_answer', recall: this.#recallOf(packed), own_ms })
    await warnOfLimits(this.#deps.warning, turn)
    return answer.text
  }

  async #askAndDeliver(
    turn: TurnContext,
    { session_id }: TurnSession,
    packed: PackedTurn,
    wanted: AbortSignal,
  ): Promise<Answer> {
    const { sessions, completion, delivery } = this.#deps
    turn.laps.enter('model')
    const given = await complete(completion, turn, packed, wanted)
    turn.laps.enter('deliver')
    const delivered = await deliver(delivery, turn, given, session_id, wanted)
    if (delivered.message_id === undefined) wanted.throwIfAborted()
    turn.laps.answered()
    completion.metrics.add('turns_total', { outcome: given.outcome })
    turn.laps.enter('remember')
    await remember(sessions, turn, { session_id, answer: given, delivered, packed })
    turn.laps.enter(undefined)
    return given
  }

  #recallOf({ recall, record }: PackedContext): AnsweredTurn['recall'] {
    if (this.#deps.packing.recall.recall_tokens === 0 || record.turn?.need === 'exchange') return 'none'
    return recall.memories.length + recall.quotes.length > 0 ? 'used' : 'empty'
  }

  async #observe(
    { scope, since }: TurnContext,
    counted: Pick<AnsweredTurn, 'failed' | 'recall' | 'own_ms'>,
  ): Promise<void> {
    const { observer, clock } = this.#deps
    await observer.answered({ ...counted, scope, took_ms: clock.monotonic() - since })
  }

  async #pack(
    turn: TurnContext,
    session: TurnSession,
  ): Promise<{ readonly packed: PackedTurn; readonly took_ms: number }> {
    const { packing, completion, clock } = this.#deps
    const began = clock.monotonic()
    turn.laps.enter('pack')
    const packed = await packRequest(packing, completion, turn, session)
    return { packed, took_ms: clock.monotonic() - began }
  }

  async #listen({ batch, window_tokens }: TurnContext, session_id: string): Promise<void> {
    const { messages, sessions, completion, clock } = this.#deps
    completion.metrics.add('turns_total', { outcome: 'listened' })
    await messages.inbox.settle(idsOf(batch), 'heard', clock.now())
    await sessions.windows.save(session_id, window_tokens)
  }

  #reportRecall({ recall, record }: PackedContext, took_ms: number): void {
    const memories = recall.memories.length
    const quotes = recall.quotes.length
    const recalled = { memories, quotes, took_ms }
    const { metrics } = this.#deps.completion
    metrics.add('recalls_total', { outcome: memories + quotes > 0 ? 'found' : 'nothing' })
    metrics.add('recalled_total', { kind: 'memory' }, memories)
    metrics.add('recalled_total', { kind: 'quote' }, quotes)
    this.#deps.logger.for('memory.recall').info(`Recalled ${String(memories + quotes)} memories`, recalled)
    this.#logger.debug('Request packed', { tokens: record.tokens })
  }
}
