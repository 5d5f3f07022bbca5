/** The port through which forgetting finds messages and removes them for good. */
import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A page of the messages whose time is over. */
export interface ExpiredPage {
  readonly now: number
  readonly after: number
  readonly limit: number
}

/** Messages as forgetting finds and removes them. */
export interface MessageErasure {
  /** The messages of these ids that are kept. */
  get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /** Every message that `erase` of the message store would remove for a person. */
  ofPerson(person_id: PersonId, bounds: ErasureBounds): AsyncIterable<readonly MessageRecord[]>
  /**
   * The last message of a person that came through a channel in a scope; where `but` is kept, the last one before it. What
   * was imported may have been said long before.
   */
  last(scope: Scope, person_id: PersonId, but: MessageId | undefined): Promise<MessageRecord | undefined>
  /** Messages of a person that were received after this one and wait for their answer. */
  waitingAfter(message_id: MessageId, person_id: PersonId): Promise<readonly MessageId[]>
  /** The messages of a person in a scope that were said last, the newest first. */
  recent(scope: Scope, person_id: PersonId, limit: number): Promise<readonly MessageRecord[]>
  /** The messages of a session, in their order. */
  inSession(session_id: string): Promise<readonly MessageRecord[]>
  /** The bot's answers to these messages. */
  repliesTo(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /** All messages of a scope, in the order in which they were received. */
  ofScope(scope: Scope): AsyncIterable<readonly MessageRecord[]>
  /**
   * Messages whose time is over at `now`, in the order in which they were received, after the place `after`; at most
   * `limit`.
   */
  expired(page: ExpiredPage): Promise<readonly { readonly seq: number; readonly message: MessageRecord }[]>
  /** Messages stay although they were to expire: they were kept in their chat. */
  keep(message_ids: readonly MessageId[]): Promise<void>
  /**
   * Removes words for good, with replies that are on their way to them. Ids stay known. Safe to repeat.
   * @returns how many messages went
   */
  eraseMessages(message_ids: readonly MessageId[]): Promise<number>
}

/** An index over messages; it is derived from them and must not contain forgotten ones. */
export interface MessageIndex {
  forget(message_ids: readonly MessageId[]): Promise<void>
}
