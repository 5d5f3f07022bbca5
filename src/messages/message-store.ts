/** The ports of the message store together, and the counts and retention of its records. */
import type { HistoryStore } from './history-store.ts'
import type { InboxState, InboxStore } from './inbox-store.ts'
import type { KnownMessages } from './known-messages.ts'
import type { OutboxState, OutboxStore } from './outbox-store.ts'
import type { ChatId } from './message.ts'
import type { QuoteReader } from './quote-reader.ts'
import type { Scope } from './scope.ts'

/** How many messages and replies are in each state. */
export interface MessageCounts {
  readonly messages: number
  /** Thumbs up and down on replies. */
  readonly ratings: { readonly up: number; readonly down: number }
  readonly inbox: Readonly<Record<InboxState, number>>
  readonly outbox: Readonly<Record<OutboxState, number>>
}

/** The records of inbox and outbox, for the operator and for retention. */
/** A chat in which someone wrote, as far as its records are kept. */
export interface RecentChat {
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly scope: Scope
  /** Milliseconds since the Unix epoch. */
  readonly last_at: number
  /** Received messages. */
  readonly count: number
}

export interface TrafficStore {
  counts(): Promise<MessageCounts>
  /** The chats of the messages that were received, the latest first. */
  chats(limit: number): Promise<readonly RecentChat[]>
  /**
   * Removes the records of messages and replies that were handled before `before`. The messages themselves stay, and so
   * do all ids that could be delivered again. @returns how many records were removed
   */
  prune(before: number): Promise<number>
}

/** Every message, verbatim, with the states of inbox and outbox. */
export interface MessageStore {
  readonly inbox: InboxStore
  readonly outbox: OutboxStore
  readonly history: HistoryStore
  readonly known: KnownMessages
  readonly quotes: QuoteReader
  readonly traffic: TrafficStore
}
