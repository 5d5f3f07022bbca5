/** The port that finds what a message quotes: the message itself where it is kept, otherwise the copy that came with the quote. */
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** Words that were quoted, and whose they are. */
export type QuotedWords = Pick<MessageRecord, 'person_id' | 'role' | 'sender_name' | 'text'>

/** A message that quotes another one. */
export interface QuotingMessage {
  readonly message_id: MessageId
  readonly reply_to: MessageId
  readonly scope: Scope
}

/**
 * What is known of a quoted message.
 * - `kept`: it is a message of the same scope, as it is now.
 * - `copied`: it never was; the copy of it is kept.
 * - `elsewhere`: it is a message of another scope, whose words are not read here.
 * - `gone`: it was recorded or sent once, and its words are kept no more.
 * - `unknown`: nothing is known of it.
 */
export type FoundQuote =
  | { readonly state: 'kept'; readonly message_id: MessageId; readonly words: QuotedWords }
  | { readonly state: 'copied'; readonly words: QuotedWords }
  | { readonly state: 'elsewhere'; readonly message_id: MessageId }
  | { readonly state: 'gone' | 'unknown' }

export interface QuoteReader {
  /** What each of these messages quotes, by the id of the quoting message. */
  of(messages: readonly QuotingMessage[]): Promise<ReadonlyMap<MessageId, FoundQuote>>
}
