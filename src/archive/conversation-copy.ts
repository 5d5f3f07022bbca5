/** The port of the copy that the archive keeps of the bot's own conversations. */
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { ErasureBounds } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'

/** What the archive keeps of a message. */
export type CopiedMessage = Pick<
  MessageRecord,
  'message_id' | 'chat_id' | 'scope' | 'person_id' | 'role' | 'sender_name' | 'text' | 'sent_at' | 'session_id'
>

/** A message as the archive is to have it; `undefined`: not at all. */
export interface CopyState {
  readonly message_id: MessageId
  readonly now: CopiedMessage | undefined
}

/** How far the copy has come. */
export interface CopyProgress {
  /** While all messages are copied for the first time, or again: up to which place. */
  readonly filled_to: number | undefined
  /** Last change of the change log that is in the copy. */
  readonly change: number
}

/** Messages of the copy, as a check reads them. */
export interface CopiedIds {
  readonly message_ids: readonly MessageId[]
  /** Where the next page begins; `undefined`: this was the last. */
  readonly next: number | undefined
}

export interface ConversationCopy {
  /** `undefined`: nothing was ever copied. */
  progress(): Promise<CopyProgress | undefined>
  /** Brings messages into the copy, with the progress that is reached: all or nothing. */
  apply(states: readonly CopyState[], reached: CopyProgress): Promise<void>
  /** Ids of the copied messages after the place `after`, to compare them with what there is. */
  copied(after: number): Promise<CopiedIds>
  /** Removes messages for good: no byte of their words is left in the archive's files. */
  forget(message_ids: readonly MessageId[]): Promise<void>
  count(person_id: PersonId, bounds: ErasureBounds): Promise<number>
  /** Removes what is copied of a person for good. @returns how many messages went */
  erase(person_id: PersonId, bounds: ErasureBounds): Promise<number>
  reassign(from: PersonId, to: PersonId): Promise<void>
}
