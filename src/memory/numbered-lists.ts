/** The port that remembers the last list that a person was shown, so that they can refer to its items by number. */
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/** The item that a number in a list refers to. */
export interface ListedItem {
  readonly kind: 'memory' | 'message'
  readonly id: string
  readonly scope: Scope
}

/** The person who was shown a list, and the chat. */
export interface ListContext {
  readonly person_id: PersonId
  readonly chat_id: ChatId
}

/** The last list that a person was shown in a chat: its numbers are valid until the next list. */
export interface NumberedLists {
  keep(context: ListContext, items: readonly ListedItem[]): Promise<void>
  /** The item of a number, counted from 1. */
  item(context: ListContext, number: number): Promise<ListedItem | undefined>
}
