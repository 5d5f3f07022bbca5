/** The port that remembers the last list a person was shown, so that they can name its items by number. */
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'

/** What a number in a list refers to. */
export interface ListedItem {
  readonly kind: 'memory' | 'message'
  readonly id: string
  readonly scope: Scope
}

/** Who was shown a list, and where. */
export interface ListContext {
  readonly person_id: PersonId
  readonly chat_id: ChatId
}

/** The last list that a person was shown in a chat: its numbers hold until the next one. */
export interface NumberedLists {
  keep(context: ListContext, items: readonly ListedItem[]): Promise<void>
  /** What a number refers to, counted from 1. */
  item(context: ListContext, number: number): Promise<ListedItem | undefined>
}
