/** Runs commands that people write in a chat, before and outside of any turn, and sends their answers. */
import type { Channel } from '../channels/channel.ts'
import type { ChatId } from '../messages/message.ts'
import { isForwarded } from '../messages/message-details.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { QuoteReader } from '../messages/quote-reader.ts'
import type { Clock } from '../platform/clock.ts'
import type { Person } from '../people/person.ts'
import { withBeginningNotice } from './beginning-notice.ts'
import type { CommandHandler, Speaker } from './command-handler.ts'
import { isBeginning } from '../text/message-text.ts'
import type { Outbox } from './outbox.ts'
import type { StringsFor } from './reply-language.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { TurnMessage } from './turn-message.ts'

export interface CommandRunnerDeps {
  readonly commands: CommandHandler
  readonly outbox: Pick<Outbox, 'deliver' | 'notify'>
  readonly messages: Pick<MessageStore, 'history'>
  readonly quotes: QuoteReader
  readonly writer: ReplyWriter
  readonly stringsFor: StringsFor
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly clock: Clock
  /** Removes deleted data from the files of the database. */
  readonly scrub: () => void
}

export class CommandRunner {
  readonly #deps: CommandRunnerDeps

  constructor(deps: CommandRunnerDeps) {
    this.#deps = deps
  }

  /**
   * Whether a message is a command. Ask in the order of the messages, because a message that is not an answer withdraws
   * an open question. A forwarded message is not a command: its sender did not write it.
   */
  recognises(message: TurnMessage): boolean {
    return message.addressed && !isForwarded(message) && this.#deps.commands.recognises(message.text, message)
  }

  /** Tells the person that a message withdrew an open question; the message is then processed as usual. */
  async sayWithdrawn(message: TurnMessage, person: Person): Promise<void> {
    const { commands, outbox, writer } = this.#deps
    if (!message.addressed) return
    const text = await commands.withdrawal(message.text, speakerOf(message, person))
    if (text !== undefined) await outbox.notify(writer.notice([], message, text))
  }

  /** @param wanted aborted when the message was deleted: the effect of the command stays, but no answer is sent */
  async run(message: TurnMessage, person: Person, wanted: AbortSignal): Promise<void> {
    const { commands, outbox, messages, writer, channelOf, clock, scrub } = this.#deps
    const { message_id, chat_id } = message
    await using _typing = await channelOf(chat_id)?.typing(chat_id)
    const text = await this.#answer(message, person)
    // No one has to think about the answer to a command, so it needs no typing time. Commands are not conversation:
    // neither their text nor their answer is stored, which may contain data to be forgotten.
    const reply = writer.notice([message_id], message, text)
    const sent = await outbox.deliver(reply, undefined, wanted).catch((error: unknown) => {
      if (!wanted.aborted) throw error
      return undefined
    })
    // No one has read the question in the answer, so a later yes must not count as an answer to it.
    if (sent === undefined && wanted.aborted) commands.dropQuestion(speakerOf(message, person))
    if (sent !== undefined) {
      await messages.history.remove(message_id, clock.now())
      scrub()
    }
  }

  /** The writer of a command, with the message that it replies to. */
  async #speakerOf(message: TurnMessage, person: Person): Promise<Speaker> {
    const speaker = speakerOf(message, person)
    const { message_id, reply_to, scope, quote } = message
    if (reply_to === undefined) return speaker
    const found = (await this.#deps.quotes.of([{ message_id, reply_to, scope }])).get(message_id)
    // A copy that came with the quote may hold what was forgotten.
    const known = found?.state === 'kept' || found?.state === 'copied' ? found.words.text : undefined
    const text = known ?? (found === undefined || found.state === 'unknown' ? quote?.text : undefined)
    return { ...speaker, reply: { text: text?.trim() === '' ? undefined : text } }
  }

  async #answer(message: TurnMessage, person: Person): Promise<string> {
    const { commands, stringsFor } = this.#deps
    const answer = await commands.run(message.text, await this.#speakerOf(message, person))
    if (!isBeginning(message.text)) return answer
    return withBeginningNotice(answer, await stringsFor(message.text, person.person_id))
  }
}

const speakerOf = ({ message_id, chat_id, chat_kind, scope }: TurnMessage, person: Person): Speaker => ({
  person,
  chat_id,
  chat_kind,
  scope,
  message_id,
})
