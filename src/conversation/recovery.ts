/** Resumes messages that were recorded but not answered: those of an earlier process, and those that waited. */
import type { ChatId, MessageId } from '../messages/message.ts'
import type { OpenMessage } from '../messages/inbox-store.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Outbox } from './outbox.ts'
import type { StringsFor } from './reply-language.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { TurnMessage } from './turn-message.ts'
import type { TurnScheduler } from './turn-scheduler.ts'
import type { SetAside } from '../platform/set-aside.ts'

export interface RecoveryDeps {
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly outbox: Pick<Outbox, 'deliver' | 'recover'>
  readonly scheduler: Pick<TurnScheduler<TurnMessage>, 'exclusive' | 'push'>
  readonly writer: ReplyWriter
  readonly stringsFor: StringsFor
  /** Whether the bot is paused in a conversation. */
  readonly paused: (scope: Scope) => Promise<boolean>
  /** Whether any channel serves a chat: messages of a disabled channel wait until it is enabled again. */
  readonly serves: (chat_id: ChatId) => boolean
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
}

export class Recovery {
  readonly #deps: RecoveryDeps
  readonly #logger: Logger

  constructor(deps: RecoveryDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('inbox')
  }

  /**
   * Settles parts that were being sent when the last process ended. @returns messages that were never answered, oldest
   * first
   */
  async unanswered(): Promise<readonly OpenMessage[]> {
    const { outbox, messages, serves } = this.#deps
    await outbox.recover()
    const waiting = (await messages.inbox.open()).filter(message => serves(message.chat_id))
    if (waiting.length > 0) this.#logger.info('Taking up messages that were not answered', { messages: waiting.length })
    return waiting
  }

  /** Which of these messages wait for their turn. */
  async waitingOf(message_ids: readonly MessageId[]): Promise<readonly OpenMessage[]> {
    const ids = new Set(message_ids)
    return (await this.#deps.messages.inbox.open()).filter(message => ids.has(message.message_id))
  }

  /** Queues messages whose texts are still known, and asks for the other ones to be repeated. */
  async takeUp(waiting: readonly OpenMessage[]): Promise<void> {
    const { messages, scheduler, clock } = this.#deps
    const known = waiting.flatMap(message => (message.text === undefined ? [] : [{ ...message, text: message.text }]))
    for (const [scope, batch] of Map.groupBy(known, message => message.scope)) scheduler.push(scope, batch, true)
    const lost = waiting.filter(message => message.text === undefined)
    const unheard = lost.filter(message => !message.addressed).map(message => message.message_id)
    await this.#deps.setAside.attemptAll(
      'ending the wait of lost messages',
      unheard,
      id => id,
      ids => messages.inbox.settle(ids, 'unanswerable', clock.now()),
    )
    const addressed = lost.filter(message => message.addressed)
    for (const [chat_id, ofChat] of Map.groupBy(addressed, message => message.chat_id)) {
      await this.#deps.setAside.attempt('asking to repeat lost messages', chat_id, () => this.#askAgain(ofChat))
    }
  }

  /**
   * The texts of messages in a chat were not stored (memory is off) and are lost: their writer is asked to repeat them.
   */
  async #askAgain(lost: readonly OpenMessage[]): Promise<void> {
    const { messages, outbox, scheduler, writer, stringsFor, paused, clock } = this.#deps
    const last = lost.at(-1)
    if (last === undefined) return
    const answers = lost.map(message => message.message_id)
    if (await paused(last.scope)) {
      await messages.inbox.settle(answers, 'unanswerable', clock.now())
      return
    }
    const { restarted_before_answer } = await stringsFor('', last.person_id)
    const question = writer.notice(answers, last, restarted_before_answer)
    scheduler
      .exclusive(last.scope, () => outbox.deliver(question))
      .catch((error: unknown) => {
        this.#logger.error('The writer of lost messages could not be asked to repeat them', {
          reason: asDenidinError(error).message,
        })
      })
  }
}
