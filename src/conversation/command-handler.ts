/** The port through which the dispatcher runs commands that people write in a chat, such as `/reset`. */
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Person, PersonId } from '../people/person.ts'

/** Who writes, where. Comes from the channel, never from the text. */
export interface Speaker {
  readonly person: Person
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly scope: Scope
  /** The message that holds the command. */
  readonly message_id?: MessageId
}

/** Called inside the queue of the speaker's scope. */
export interface CommandHandler {
  /**
   * Whether a text is a command (known or not), one in plain words, or the answer to a question about one: it never
   * reaches the model nor the history. `from` is who wrote it, where.
   */
  recognises(text: string, from?: { readonly person_id: PersonId; readonly chat_id: ChatId }): boolean
  /** What to say about a question that the text has withdrawn; `recognises` was asked about the text before. */
  withdrawal(text: string, speaker: Speaker): Promise<string | undefined>
  /** Drops the question that the last command of a speaker asked, if any. */
  dropQuestion(speaker: Speaker): void
  /** Runs a command and gives the sentence to answer with, in the speaker's language. Never rejects. */
  run(text: string, speaker: Speaker): Promise<string>
}
