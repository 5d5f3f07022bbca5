/** The port through which erasure finds messages and removes them for good. */
import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A page of expired messages. */
export interface ExpiredPage {
  readonly now: number
  readonly after: number
  readonly limit: number
}

/** Finds and removes messages for erasure. */
export interface MessageErasure {
  /** Which of these messages are stored. */
  get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /** Every message that `erase` of the message store would remove for a person. */
  ofPerson(person_id: PersonId, bounds: ErasureBounds): AsyncIterable<readonly MessageRecord[]>
  /**
   * The last message of a person that came through a channel in a scope; if `but` is stored, the last one before it.
   * Imported messages are skipped: they may be much older.
   */
  last(scope: Scope, person_id: PersonId, but: MessageId | undefined): Promise<MessageRecord | undefined>
  /** Messages of a person that were received after this one and wait for their answer. */
  waitingAfter(message_id: MessageId, person_id: PersonId): Promise<readonly MessageId[]>
  /** The latest messages of a person in a scope, newest first. */
  recent(scope: Scope, person_id: PersonId, limit: number): Promise<readonly MessageRecord[]>
  /** The messages of a session, in order. */
  inSession(session_id: string): Promise<readonly MessageRecord[]>
  /** The bot's answers to these messages. */
  repliesTo(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /**
   * The ids of the messages that a reply of the bot answered, named by the id of any of its parts: also of those that
   * are not stored, such as commands.
   */
  answeredBy(reply_id: MessageId): Promise<readonly MessageId[]>
  /** All messages of a scope, in the order in which they were received. */
  ofScope(scope: Scope): AsyncIterable<readonly MessageRecord[]>
  /**
   * Messages that have expired at `now`, in the order in which they were received, after the position `after`; at most
   * `limit`.
   */
  expired(page: ExpiredPage): Promise<readonly { readonly seq: number; readonly message: MessageRecord }[]>
  /** Cancels the expiry of messages that were kept in their chat. */
  keep(message_ids: readonly MessageId[]): Promise<void>
  /**
   * Removes texts for good, with replies that are about to be sent to them. Ids stay known. Safe to repeat.
   * @returns how many messages were removed
   */
  eraseMessages(message_ids: readonly MessageId[]): Promise<number>
}

/** An index over messages; it is derived from them and must not contain forgotten ones. */
export interface MessageIndex {
  forget(message_ids: readonly MessageId[]): Promise<void>
}
