import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { ErasedMessage } from './erasures.ts'
import type { ChatId, MessageId } from './message.ts'
import type { Scope } from './scope.ts'

/** A message with where it stands. */
export interface PlacedMessage extends ErasedMessage {
  readonly chat_id: ChatId
  readonly scope: Scope
  readonly role: 'user' | 'assistant'
  readonly session_id: string | undefined
}

/** What forgetting asks of the messages, and does to them. */
export interface MessageErasure {
  /** Those of these messages that are kept. */
  get(message_ids: readonly MessageId[]): Promise<readonly PlacedMessage[]>
  /** Everything that `erase` of the message store would take of a person. */
  ofPerson(person_id: PersonId, bounds: ErasureBounds): AsyncIterable<readonly PlacedMessage[]>
  /** What a person last said in a scope, `but` one message. */
  last(scope: Scope, person_id: PersonId, but: MessageId | undefined): Promise<PlacedMessage | undefined>
  /** What a session holds. */
  inSession(session_id: string): Promise<readonly PlacedMessage[]>
  /** The bot's answers to these messages. */
  repliesTo(message_ids: readonly MessageId[]): Promise<readonly PlacedMessage[]>
  /** What the bot said in a scope at or after `since`. */
  saidByBot(scope: Scope, since: number): AsyncIterable<readonly PlacedMessage[]>
  /**
   * Removes words for good, with replies that are on their way to them. Ids stay known; sessions that lose something are
   * marked as changed until `relearnt`. Safe to repeat. @returns how many messages went
   */
  eraseMessages(message_ids: readonly MessageId[]): Promise<number>
  /** Marks sessions as changed: what is remembered of them is made anew. */
  markChanged(session_ids: readonly string[]): Promise<void>
}

/** An index over messages: derived, and to hold nothing of what was forgotten. */
export interface MessageIndex {
  forget(message_ids: readonly MessageId[]): Promise<void>
}
