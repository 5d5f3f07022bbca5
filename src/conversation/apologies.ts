/** Apologises for failures of ours: a message that could not be recorded, or a turn that failed. */
import type { IncomingMessage, MessageId } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { scopeOf } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { lru } from '../platform/lru.ts'
import type { Outbox } from './outbox.ts'
import type { StringsFor } from './reply-language.ts'
import { answering, type ReplyWriter } from './reply-writer.ts'
import type { TurnMessage } from './turn-message.ts'

/**
 * How many messages are remembered, so that their writers get one apology however often the messages come again, or
 * their turns fail.
 */
const MOST_APOLOGISED = 1000

export interface ApologiesDeps {
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly outbox: Pick<Outbox, 'apologise'>
  readonly writer: ReplyWriter
  readonly stringsFor: StringsFor
  readonly logger: Logger
}

/** Never rejects. */
export class Apologies {
  readonly #deps: ApologiesDeps
  readonly #apologised = lru<MessageId, true>(MOST_APOLOGISED)

  constructor(deps: ApologiesDeps) {
    this.#deps = deps
  }

  /** Apologises for a message that could not be recorded. */
  async forRefused(message: IncomingMessage, { person_id }: Person): Promise<void> {
    const { outbox, writer, stringsFor, logger } = this.#deps
    const { message_id, chat_id, chat_kind, text } = message
    if (this.#apologised.has(message_id)) return
    this.#apologised.set(message_id, true)
    try {
      const { something_went_wrong } = await stringsFor(text, person_id)
      const to = { chat_id, chat_kind, person_id, scope: scopeOf(message, person_id) }
      // It answers nothing: the message comes again, and gets its answer once it can be recorded.
      await outbox.apologise(writer.notice([], to, something_went_wrong))
    } catch (error) {
      logger.for('inbox').error('No apology could be sent for a message that was not recorded', {
        reason: asDenidinError(error).message,
      })
    }
  }

  /** Greets a person who was let in by the invite code. */
  async welcome(message: IncomingMessage, { person_id }: Person): Promise<void> {
    const { outbox, writer, stringsFor, logger } = this.#deps
    const { message_id, chat_id, chat_kind } = message
    try {
      const { let_in } = await stringsFor('', person_id)
      const to = { chat_id, chat_kind, person_id, scope: scopeOf(message, person_id) }
      await outbox.apologise(writer.notice([message_id], to, let_in))
    } catch (error) {
      logger.for('inbox').error('A person who was let in could not be greeted', {
        reason: asDenidinError(error).message,
      })
    }
  }

  /** Apologises for a batch, some of whose messages may be unanswered: once, however often its turn fails. */
  async forFailedTurn(batch: readonly TurnMessage[]): Promise<void> {
    try {
      await this.#apologiseFor(batch)
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#deps.logger.for('conversation').error('Not even an apology could be sent', { reason })
    }
  }

  async #apologiseFor(batch: readonly TurnMessage[]): Promise<void> {
    const { messages, outbox, writer, stringsFor } = this.#deps
    const waiting = new Set((await messages.inbox.open()).map(message => message.message_id))
    const unanswered = batch.filter(message => waiting.has(message.message_id))
    // The bot does not write to a person who did not address it; the next start handles these messages.
    const last = unanswered.findLast(message => message.addressed)
    if (last === undefined || this.#apologised.has(last.message_id)) return
    const question = unanswered.map(message => message.text).join('\n')
    const { something_went_wrong } = await stringsFor(question, last.person_id)
    this.#apologised.set(last.message_id, true)
    await outbox.apologise(await writer.reply(answering(unanswered, last), last, something_went_wrong))
  }
}
