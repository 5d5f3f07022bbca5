/** The port of the copy that the archive keeps of the bot's own conversations. */
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'

/** The data that the archive keeps of a message. */
export type CopiedMessage = Pick<
  MessageRecord,
  'message_id' | 'chat_id' | 'scope' | 'person_id' | 'role' | 'sender_name' | 'text' | 'sent_at' | 'session_id'
>

/** The desired state of a message in the archive; `undefined`: it should not be there. */
export interface CopyState {
  readonly message_id: MessageId
  readonly now: CopiedMessage | undefined
}

/** How far the copy has followed the messages. */
export interface CopyProgress {
  /** How far the first or a repeated copy of all messages has come. */
  readonly filled_to: number | undefined
  /** Last change of the change log that has been applied to the copy. */
  readonly change: number
}

/** Ids of copied messages, for a consistency check. */
export interface CopiedIds {
  readonly message_ids: readonly MessageId[]
  /** Where the next page begins; `undefined` after the last one. */
  readonly next: number | undefined
}

export interface ConversationCopy {
  /** `undefined`: nothing was ever copied. */
  progress(): Promise<CopyProgress | undefined>
  /** Updates messages of the copy, together with the progress: all or nothing. */
  apply(states: readonly CopyState[], reached: CopyProgress): Promise<void>
  /** Ids of the copied messages after the position `after`, to compare them with the existing messages. */
  copied(after: number): Promise<CopiedIds>
  /** Removes messages permanently: the archive's files contain no byte of their text afterwards. */
  forget(message_ids: readonly MessageId[]): Promise<void>
  count(person_id: PersonId, bounds: ErasureBounds): Promise<number>
  /** Permanently removes the copied messages of a person. @returns how many were removed */
  erase(person_id: PersonId, bounds: ErasureBounds): Promise<number>
  reassign(from: PersonId, to: PersonId): Promise<void>
}
