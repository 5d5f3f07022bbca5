/** The history: what was said, verbatim, and what happens to a message after it was recorded. */
import type { PersonId } from '../people/person.ts'
import type { Attachment } from './message-details.ts'
import type { MessageId, MessageRecord } from './message.ts'

/** Where a message is that was changed. */
export type ChangedMessage = Pick<MessageRecord, 'chat_id' | 'chat_kind' | 'scope' | 'person_id' | 'session_id'>

/** A thumb up or down on a reply. */
export interface Rating {
  readonly message_id: MessageId
  readonly person_id: PersonId
  readonly value: 1 | -1 | undefined
  readonly at: number
}

/** Messages that are kept. Each call is one transaction, on disk when it resolves. */
export interface HistoryStore {
  /** Makes messages part of a session. Safe to repeat. */
  assign(session_id: string, message_ids: readonly MessageId[]): Promise<void>
  /** A session's messages, in the order in which they were received. */
  ofSession(session_id: string): Promise<readonly MessageRecord[]>
  /** Whether a message of a person with an attachment of this kind was ever answered, as far as it is kept. */
  wasAnswered(person_id: PersonId, attachment: Attachment): Promise<boolean>
  countOfSession(session_id: string): Promise<number>
  /** What these messages say now; deleted ones are missing. */
  current(
    message_ids: readonly MessageId[],
  ): Promise<ReadonlyMap<MessageId, Pick<MessageRecord, 'text' | 'tokens' | 'kind' | 'details'>>>
  /**
   * Changes a message's text, and its kind with it.
   * @returns where it is, or `undefined` for a message that is not kept or has this text already
   */
  edit(message_id: MessageId, text: string, tokens: number): Promise<ChangedMessage | undefined>
  /**
   * Deletes a message's words for good; its id stays known, so that it cannot come back.
   * @returns where it was, or `undefined` for a message that is not kept
   */
  remove(message_id: MessageId, at: number): Promise<ChangedMessage | undefined>
  /**
   * Keeps how a person rates a reply of the bot, whichever of its parts they rate: 1, −1, or `undefined` to take it back.
   * @returns false for other messages
   */
  rate(rating: Rating): Promise<boolean>
}
