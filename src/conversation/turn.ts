/**
 * A turn: one round of the pipeline, which answers what was said in one chat.
 *
 *   channel → inbox → scheduler → dispatcher ─┬─ blocked:    ignored
 *                                             ├─ command:    command runner
 *                                             ├─ unreadable: asked for again
 *                                             ├─ unseen:     media that its sender is told about once
 *                                             └─ talk:       turn
 *
 *   1. load the context   who spoke, where, in which language, what was said   turn-context.ts
 *   2. open the session   the conversation so far, with what was said          steps/open-session.ts
 *   3. pack the history   what of it the model is shown                        packing/pack-history.ts
 *   4. recall             what was remembered or said before and bears on it   steps/gather-recall.ts
 *   5. pack the request   everything else, within the token budget             packing/context-packer.ts
 *   6. complete           the model's answer, or a sentence about its failure  steps/complete.ts
 *   7. deliver            through the outbox, part by part                     steps/deliver.ts
 *   8. remember           what the reply was given; the session's window       steps/remember.ts
 *   9. warn               of a limit of spending that is nearly used up        steps/warn-of-limits.ts
 *
 * While the bot only listens, a turn ends after step 2: what was said is recorded in the session.
 */
import type { MessageStore } from '../messages/message-store.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Session, Sessions } from '../sessions/sessions.ts'
import type { ContextPacker, PackedContext, PackedTurn } from './packing/context-packer.ts'
import type { RecallCandidates } from './packing/pack-recall.ts'
import type { ContextBudget } from './packing/packing-record.ts'
import type { ProfileOf } from './profile.ts'
import { findQuotations, questionWithQuotes, quotedIdsOf, type QuotationsDeps } from './quotations.ts'
import { complete, type CompleteDeps } from './steps/complete.ts'
import { deliver, type DeliverDeps } from './steps/deliver.ts'
import { gatherRecall, type GatherRecallDeps } from './steps/gather-recall.ts'
import { openSession, type OpenSessionDeps } from './steps/open-session.ts'
import { remember, type RememberDeps } from './steps/remember.ts'
import { warnOfLimits, type WarnOfLimitsDeps } from './steps/warn-of-limits.ts'
import type { Tone } from './tone.ts'
import type { TurnContext } from './turn-context.ts'
import { idsOf } from './turn-message.ts'

export interface TurnDeps {
  readonly sessions: TurnSessions
  readonly recall: GatherRecallDeps
  readonly packing: TurnPacking
  readonly completion: CompleteDeps
  readonly delivery: DeliverDeps
  readonly warning: WarnOfLimitsDeps
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly clock: Clock
  readonly logger: Logger
}

type TurnSessions = OpenSessionDeps & RememberDeps & { readonly windows: Sessions }

interface TurnPacking extends QuotationsDeps {
  readonly packer: ContextPacker
  /** Budgets of a request but that of the history, which depends on the person, and of the whole, which depends on the model. */
  readonly budget: Omit<ContextBudget, 'history' | 'total'>
  readonly system_prompt: string
  readonly profileOf: ProfileOf
  readonly tone: Tone
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
   * @returns the text of the reply; `undefined` when the bot only listens; `changed` when that happened before
   *   anything of the reply went out: what is left of the messages is unanswered
   * @throws what a step throws; what was said is unanswered then
   */
  async run(turn: TurnContext, wanted: AbortSignal): Promise<{ readonly said: string } | 'changed' | undefined> {
    const { sessions } = this.#deps
    const session = await openSession(sessions, turn)
    const { session_id } = session
    if (turn.listens) {
      await this.#listen(turn, session_id)
      return undefined
    }
    try {
      return { said: await this.#answer(turn, session, wanted) }
    } catch (error) {
      if (!wanted.aborted) throw error
      this.#logger.info('What was said was changed before it was answered')
      // The window holds the former words.
      await sessions.windows.refresh(session_id)
      return 'changed'
    }
  }

  /** @throws also the reason of `wanted`, when it is aborted before anything of the reply went out */
  async #answer(turn: TurnContext, session: Session, wanted: AbortSignal): Promise<string> {
    const { sessions, completion, delivery } = this.#deps
    const { session_id } = session
    await turn.channel?.seen(turn.chat_id)
    // Shown until the reply is out: recall, the model and the pause before sending all count as writing.
    await using _typing = await turn.channel?.typing(turn.chat_id)
    const packed = await this.#pack(turn, session)
    const answer = await complete(completion, turn, packed, wanted)
    const delivered = await deliver(delivery, turn, answer, session_id, wanted)
    if (delivered.message_id === undefined) wanted.throwIfAborted()
    await remember(sessions, turn, { session_id, answer, delivered, packed })
    await warnOfLimits(this.#deps.warning, turn)
    return answer.text
  }

  async #listen({ batch, window_tokens }: TurnContext, session_id: string): Promise<void> {
    const { messages, sessions, clock } = this.#deps
    await messages.inbox.settle(idsOf(batch), 'heard', clock.now())
    await sessions.windows.save(session_id, window_tokens)
  }

  /** Steps 3 to 5: the history first, since what the model has before it anyway need not be recalled. */
  async #pack(turn: TurnContext, session: Session): Promise<PackedTurn> {
    const { recall, clock, packing, completion } = this.#deps
    const { packer, system_prompt, profileOf, tone } = packing
    const { model, max_tokens } = completion
    const total = model.roomFor?.(max_tokens) ?? Number.POSITIVE_INFINITY
    const budget: ContextBudget = { ...packing.budget, total, history: turn.window_tokens }
    const { chat_kind, person, zone } = turn
    const system = { system_prompt, now: clock.now(), zone, chat_kind, person, remembers: packing.keep }
    const quotations = await findQuotations(packing, session.window, turn)
    const history = packer.packHistory(session.window, system, budget, quotations)
    const question = questionWithQuotes(turn.question, turn.batch, quotations)
    const began = clock.monotonic()
    const candidates = {
      system,
      recall: await gatherRecall(recall, { ...turn, question }, history.messages),
      profile: await profileOf(turn.scope),
      tone: (shown: RecallCandidates) => tone(turn.own_words, shown),
      question: turn.last.message_id,
    }
    const packed = packer.packContext(history, candidates, budget)
    const { memories, quoted, quotes } = packed.recall
    recall.scopes.audit(turn.scope, { memories: [...memories, ...quoted], quotes })
    if (budget.recall > 0) this.#logRecall(packed, clock.monotonic() - began)
    return { ...packed, quoted_ids: quotedIdsOf(turn.batch, quotations) }
  }

  #logRecall({ recall, record }: PackedContext, took_ms: number): void {
    const memories = recall.memories.length
    const quotes = recall.quotes.length
    const recalled = { memories, quotes, took_ms }
    this.#deps.logger.for('memory.recall').info(`Recalled ${String(memories + quotes)} memories`, recalled)
    const left = record.candidates.filter(each => each.outcome === 'left').length
    this.#logger.debug('Request packed', { tokens: record.tokens, candidates: record.candidates.length, left })
  }
}
