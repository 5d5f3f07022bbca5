import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { SearchScope, Scope } from './scope.ts'

/** What forgetting asks of the messages, and does to them. */
export interface MessageErasure {
  /** Those of these messages that are kept. */
  get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /** Everything that `erase` of the message store would take of a person. */
  ofPerson(person_id: PersonId, bounds: ErasureBounds): AsyncIterable<readonly MessageRecord[]>
  /** What a person last said in a scope, `but` one message. */
  last(scope: Scope, person_id: PersonId, but: MessageId | undefined): Promise<MessageRecord | undefined>
  /** What a session holds. */
  inSession(session_id: string): Promise<readonly MessageRecord[]>
  /** The bot's answers to these messages. */
  repliesTo(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
  /** What the bot said in a scope at or after `since`. */
  saidByBot(scope: Scope, since: number): AsyncIterable<readonly MessageRecord[]>
  /**
   * Removes words for good, with replies that are on their way to them. Ids stay known. Safe to repeat.
   * @returns how many messages went
   */
  eraseMessages(message_ids: readonly MessageId[]): Promise<number>
}

/** An index over messages: derived, and to hold nothing of what was forgotten. */
export interface MessageIndex {
  forget(message_ids: readonly MessageId[]): Promise<void>
}

/** Finds messages by their words. */
export interface ScanningMessageSearch {
  /** Messages of people within a reach that hold all of `words`, in whatever form; newest first. */
  search(reach: SearchScope, words: string, limit: number): Promise<readonly MessageRecord[]>
}
