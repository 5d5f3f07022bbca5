/** Messages that arrived undecryptable, without text: their writer is asked once to repeat them. */
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import type { Outbox } from './outbox.ts'
import type { StringsFor } from './reply-language.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { TurnMessage } from './turn-message.ts'

export interface UnreadableMessagesDeps {
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly outbox: Pick<Outbox, 'deliver'>
  readonly writer: ReplyWriter
  readonly stringsFor: StringsFor
  readonly clock: Clock
}

export class UnreadableMessages {
  readonly #deps: UnreadableMessagesDeps
  /** Conversations whose last message could not be read. */
  readonly #asked = new Set<Scope>()

  constructor(deps: UnreadableMessagesDeps) {
    this.#deps = deps
  }

  /** A readable message came: the next unreadable one is asked for again. */
  readable(scope: Scope): void {
    this.#asked.delete(scope)
  }

  /** Asks the writer to send the message again, or settles it if the bot is silent there or has already asked. */
  async handle(message: TurnMessage, { mayAsk }: { readonly mayAsk: boolean }): Promise<void> {
    const { messages, outbox, writer, stringsFor, clock } = this.#deps
    const { message_id, scope, person_id } = message
    if (!mayAsk || this.#asked.has(scope)) {
      await messages.inbox.settle([message_id], 'unanswerable', clock.now())
      return
    }
    this.#asked.add(scope)
    const { unreadable } = await stringsFor('', person_id)
    await outbox.deliver(await writer.reply([message_id], message, unreadable))
  }
}
