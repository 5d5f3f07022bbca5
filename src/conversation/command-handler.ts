/** The port through which the dispatcher runs commands that people write in a chat, such as `/reset`. */
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Person, PersonId } from '../people/person.ts'

/** The writer and the chat. Determined by the channel, never by the text. */
export interface Speaker {
  readonly person: Person
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly scope: Scope
  /** The message with the command. */
  readonly message_id?: MessageId
  /** The message that it replies to. */
  readonly reply?: {
    /** Its text, if it is known. */
    readonly text: string | undefined
  }
}

/** Called inside the queue of the speaker's scope. */
export interface CommandHandler {
  /**
   * Whether a text is a command (known or not), a command in plain words, or the answer to a question about one. Such a
   * text reaches neither the model nor the history. `from`: its writer and chat.
   */
  recognises(
    text: string,
    from?: { readonly person_id: PersonId; readonly chat_id: ChatId; readonly reply_to?: MessageId | undefined },
  ): boolean
  /** The sentence about a question that the text has withdrawn; call `recognises` with the text first. */
  withdrawal(text: string, speaker: Speaker): Promise<string | undefined>
  /** Drops the question that the last command of a speaker asked, if any. */
  dropQuestion(speaker: Speaker): void
  /** Runs a command and returns the answer in the speaker's language. Never rejects. */
  run(text: string, speaker: Speaker): Promise<string>
}
