/** The history: messages verbatim, and changes to a message after it was recorded. */
import type { PersonId } from '../people/person.ts'
import type { Attachment } from './message-details.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** Location of a message that was changed. */
export type ChangedMessage = Pick<MessageRecord, 'chat_id' | 'chat_kind' | 'scope' | 'person_id' | 'session_id'>

/** A thumb up or down on a reply. */
export interface Rating {
  readonly message_id: MessageId
  readonly person_id: PersonId
  readonly value: 1 | -1 | undefined
  readonly at: number
}

/** Stored messages. Each call is one transaction, on disk when it resolves. */
export interface HistoryStore {
  /** Assigns messages to a session. Safe to repeat. */
  assign(session_id: string, message_ids: readonly MessageId[]): Promise<void>
  /** A session's messages, in the order in which they were received. */
  ofSession(session_id: string): Promise<readonly MessageRecord[]>
  /** Whether a message of a person with an attachment of this kind was ever answered, as far as messages are stored. */
  wasAnswered(person_id: PersonId, attachment: Attachment): Promise<boolean>
  /** The latest text that a person wrote in a scope to talk, in this or an earlier conversation. */
  lastSaid(scope: Scope, person_id: PersonId): Promise<string | undefined>
  countOfSession(session_id: string): Promise<number>
  /** The current texts of these messages; deleted ones are missing. */
  current(
    message_ids: readonly MessageId[],
  ): Promise<ReadonlyMap<MessageId, Pick<MessageRecord, 'text' | 'tokens' | 'kind' | 'details'>>>
  /**
   * Changes a message's text, and its kind with it.
   * @returns its location, or `undefined` if the message is not stored or has this text already
   */
  edit(message_id: MessageId, text: string, tokens: number): Promise<ChangedMessage | undefined>
  /**
   * Deletes a message's text for good; its id stays known, so that it cannot come back.
   * @returns its location, or `undefined` if the message is not stored
   */
  remove(message_id: MessageId, at: number): Promise<ChangedMessage | undefined>
  /**
   * Stores how a person rates a reply of the bot, whichever of its parts they rate: 1, −1, or `undefined` to withdraw
   * the rating.
   * @returns false for other messages
   */
  rate(rating: Rating): Promise<boolean>
}
